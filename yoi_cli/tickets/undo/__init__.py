"""Taking back what a command recorded, by counter-events (docs/undo.md)."""
