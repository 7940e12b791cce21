"""Worktrees by git."""
