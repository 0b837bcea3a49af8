"""A game each, in one small file, with its named recipes."""
