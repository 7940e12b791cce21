"""What a sync reads and writes in git."""
