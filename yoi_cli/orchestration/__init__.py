"""From queued tickets to merged branches."""
