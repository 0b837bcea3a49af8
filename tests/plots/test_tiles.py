import numpy as np
from PIL import Image

from saddlepoint.plots import tiles as tiles_of
from saddlepoint.plots.tiles import Row, Section, bright, layers_picture, signed


def test_signed_tiles_are_grey_where_nothing_is():
    x = np.array([0.0, 1.0, -2.0, 0.5]).reshape(1, 2, 2, 1)
    assert signed(x).ravel().tolist() == [128, 191, 0, 159]
    assert (signed(np.zeros((2, 3, 3, 1))) == 128).all()
    assert signed(-x).max() == 255


def test_bright_tiles_reach_from_black_to_white_each():
    x = np.stack([np.arange(4.0), 10 * np.arange(4.0) - 7, np.full(4, 3.0)]).reshape(3, 2, 2, 1)
    expected = [0, 85, 170, 255]
    assert [tile.ravel().tolist() for tile in bright(x)] == [expected, expected, [0] * 4]


def test_rows_of_tiles_and_gaps():
    tiles = np.zeros((20, 3, 3, 1), np.uint8)
    colour = np.zeros((1, 90, 90, 3), np.uint8)
    line = Section("one", ("weights", "maps"), [Row("a layer", (tiles[:6], tiles[:6], None, tiles[:6]))])
    drawn = Section("one", ("weights", "maps"), [Row("a layer", (tiles, colour, None, colour))])
    small, large = (layers_picture("run", ("trained", "untrained"), [part], 28) for part in (line, drawn))
    assert small.width == large.width
    assert large.height == small.height + 56 + 2, "two rows of tiles of 56 pixels"
    black = (np.asarray(large) == 0).all(2).sum()
    assert black == 12 * 56**2 + 2 * (2 * 56 + 2) ** 2, "twelve tiles at most; two alone are two rows high"


def test_what_neither_network_has_leaves_no_blank():
    tiles = np.zeros((20, 3, 3, 1), np.uint8)
    maps = Section("one", ("weights", "maps"), [Row("a layer", (None, tiles, None, tiles))])
    picture = np.asarray(layers_picture("run", ("trained", "untrained"), [maps], 28))
    black = (picture == 0).all(2)
    assert black.sum() == 2 * 12 * 56**2
    rows, columns = (np.flatnonzero(black.any(axis)) for axis in (1, 0))
    assert rows[-1] - rows[0] + 1 == 56, "twelve tiles in one row"
    assert columns[0] == 12, "from the margin on"


def headings(monkeypatch, rows):
    """Return the captions of a section in small print, in order."""
    said = []

    def caption(width, text, size):
        said.append(text)
        return Image.new("RGB", (width, size))

    monkeypatch.setattr(tiles_of, "caption", caption)
    layers_picture("run", ("trained", "untrained"), [Section("one", ("weights", "maps"), rows)], 28)
    return said[2:]


def test_no_heading_stands_over_an_empty_column(monkeypatch):
    """A single tile alone, as of an input, stands at the left under its row's own name."""
    tiles, one = np.zeros((20, 3, 3, 1), np.uint8), np.zeros((1, 3, 3, 1), np.uint8)
    given = Row("input", (None, one, None, one))
    weights, both = Row("dense", (tiles, None, tiles, None)), Row("conv", (tiles, one, tiles, one))
    names = ["trained: weights", "trained: maps", "untrained: weights", "untrained: maps"]
    assert headings(monkeypatch, [given, weights]) == [*names[::2], "input", "dense"]
    assert headings(monkeypatch, [given, weights, both]) == [*names, "input", "dense; weights alone", "conv"]
    assert headings(monkeypatch, [given]) == ["input"]
    assert headings(monkeypatch, [Row("words", (None, None, None, None))]) == ["words"]
