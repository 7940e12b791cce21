"""Workers as jobs of Slurm, with the same shim, on a file system that both sides see."""
