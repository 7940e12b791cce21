"""Making a workspace and setting up merging."""
