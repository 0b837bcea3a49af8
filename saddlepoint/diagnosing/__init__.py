"""What is wrong with a run, the evidence for it, and what to change: ``saddle doctor``."""
