"""A training set of one's own: pictures from a list of addresses, a gallery page or a folder."""
