"""A published claim each, in one small file."""
