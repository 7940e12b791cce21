"""What the git hooks do."""
