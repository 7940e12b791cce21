"""The use cases of tickets: create, comment, move, edit, relate, read."""
