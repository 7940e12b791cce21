"""The only place that prints: text, tables, JSON and errors."""
