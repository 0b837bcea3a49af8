"""A run on disk as an object."""
