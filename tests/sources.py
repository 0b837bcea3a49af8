"""A source of each kind of data that takes no time to read."""

SOURCES = {"images": "digits", "points": "ring8", "waves": "ma8", "tokens": "oracle:50"}
