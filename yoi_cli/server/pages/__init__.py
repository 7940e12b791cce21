"""The pages of a workspace for browsers: HTML made here, of what `api` says (docs/web.md)."""
