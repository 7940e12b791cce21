"""What can be wrong with a store, a clone and its environment, and its repair."""
