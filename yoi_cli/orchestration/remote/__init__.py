"""Runs and the runtimes of the registry: one thread for each of those asks it all."""
