"""The JSON documents that leave the process, and how they are made."""
