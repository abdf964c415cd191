"""What has to be delegated in the directory, how it is granted, and whether it has been: least rights, nothing else."""
