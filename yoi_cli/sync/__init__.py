"""Sharing a store through a git remote."""
