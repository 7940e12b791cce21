"""Finding a workspace and opening a session on it."""
