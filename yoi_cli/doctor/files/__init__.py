"""What doctor reads and repairs in files."""
