"""What routing asks git."""
