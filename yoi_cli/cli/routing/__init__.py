"""`yoi route`, `gate`, `claim`, `plan`, `replay` and their kin."""
