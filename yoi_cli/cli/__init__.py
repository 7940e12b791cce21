"""The command line: one command a file; parse, call one use case, print."""
