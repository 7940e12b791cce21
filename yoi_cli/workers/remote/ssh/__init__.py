"""Workers on another machine that has Python and git, over the system's ssh (docs/machines.md)."""
