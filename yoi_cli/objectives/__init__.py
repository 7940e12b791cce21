"""Objectives: goals that tickets serve."""
