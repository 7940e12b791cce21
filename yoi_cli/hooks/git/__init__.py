"""Installing hooks, and what a hook learns of git."""
