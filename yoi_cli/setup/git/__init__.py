"""The settings of git that setting up makes."""
