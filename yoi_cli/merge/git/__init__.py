"""The index and the state of a merge, rebase or pick."""
