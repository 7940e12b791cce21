"""Requests at the forge that a remote is at, by the programs `gh` and `glab`."""
