"""The worktree and the branch of a ticket."""
