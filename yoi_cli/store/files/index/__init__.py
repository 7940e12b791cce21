"""What lists and routing need of every ticket, kept in the clone (docs/format.md, "Index")."""
