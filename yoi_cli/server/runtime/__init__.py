"""The runtime server: a clone's workers over HTTP (docs/runtime.md)."""
