"""yoi: tickets that live in the git repository they are about."""

__version__ = "0.1.0"
