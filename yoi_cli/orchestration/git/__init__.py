"""What orchestration asks git."""
