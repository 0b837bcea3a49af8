"""One topic a file, in the order in which a course would read them."""
