"""Watching workers over WebSockets (docs/runtime.md, "Observation")."""
