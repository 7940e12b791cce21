"""Merging stores by meaning."""
