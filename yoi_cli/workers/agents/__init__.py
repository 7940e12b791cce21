"""What coding agents print, by agent: rules over lines (docs/agents.md)."""
