"""Runtimes that are reached over a network."""
