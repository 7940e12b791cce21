"""What doctor asks git."""
