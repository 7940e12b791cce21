"""What a sync writes in the checkout."""
