"""Runs of `yoi orchestrate` that are started for somebody who looks at something else."""
