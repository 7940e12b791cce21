"""Pure values and functions: ids, events, fold, items, relations, plans, claims."""
