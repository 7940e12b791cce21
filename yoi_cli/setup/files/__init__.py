"""Files that setting up writes beside the store."""
