"""The store in files: descriptors, lock, write protocol."""
