"""`yoi completion`, and what answers a shell that asks for candidates."""
