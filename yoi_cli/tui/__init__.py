"""The board in the terminal (`yoi panel`): Textual is imported here and nowhere else."""
