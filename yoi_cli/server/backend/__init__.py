"""The backend of a workspace: its tickets, and the workers of all its runtimes, for pages, panels
and scripts (docs/runtime.md, "yoi serve")."""
