"""The target branch: trial merges, moving it, updating its files."""
