"""Use cases: what `yoi` does, through ports, without I/O of its own and without printing."""
