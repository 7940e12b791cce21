"""What may start, what waits, and why."""
