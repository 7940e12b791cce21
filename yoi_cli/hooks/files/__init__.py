"""What hooks keep in files of the clone."""
