"""`yoi runtime`: serving workers, and the registry of runtimes on other machines."""
