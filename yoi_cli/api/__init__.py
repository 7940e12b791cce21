"""What every surface calls: use cases that compose a session, and return values."""
