"""The commands below `yoi ticket`: a verb and its text in one file."""
