"""`yoi worker`, `profile` and `orchestrate`."""
