"""The text formats: item, thread, relations, plan."""
