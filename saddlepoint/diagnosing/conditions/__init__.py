"""What may be wrong with a run, a file each."""
