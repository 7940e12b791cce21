"""The store: its ports, the values that cross them, and what implements them."""
