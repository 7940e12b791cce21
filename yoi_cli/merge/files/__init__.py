"""What merging reads and writes in files."""
