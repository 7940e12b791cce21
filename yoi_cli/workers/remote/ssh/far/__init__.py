"""What runs on the other machine: a clone's workers there, asked over standard input.

These modules import the standard library, one another, and what `program.py` lists.
"""
