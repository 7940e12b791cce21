"""What is configured of workers, and what one is asked to be."""
