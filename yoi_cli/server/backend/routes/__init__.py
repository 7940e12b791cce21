"""The backend's routes by subject; `table.py` beside this folder has them all."""
