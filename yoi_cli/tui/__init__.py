"""The panel: the tickets and workers of a workspace in a terminal (docs/panel.md)."""
