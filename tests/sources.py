"""A source of each kind of data that takes no time to read."""

SOURCES = {
    "images": "digits",
    "views": "scenes:16:64",
    "points": "ring8",
    "waves": "ma8",
    "tokens": "oracle:50",
}
