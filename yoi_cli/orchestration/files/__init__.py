"""What orchestration keeps in files of the clone."""
