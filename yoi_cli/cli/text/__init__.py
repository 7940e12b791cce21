"""How text is printed: streams, tables, pages and plots."""
