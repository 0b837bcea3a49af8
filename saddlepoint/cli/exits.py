"""Exit codes that are no error's own."""

INTERRUPTED = 130  # what shells report after Ctrl-C
