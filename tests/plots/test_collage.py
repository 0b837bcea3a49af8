import numpy as np
import pytest
from PIL import Image

from saddlepoint.plots.collage import (
    beside,
    caption,
    caption_width,
    framed,
    opaque,
    resized,
    rows_named,
    stacked,
    subtitled,
    titled,
)

RED, BLUE = (200, 0, 0), (0, 0, 200)


def box(picture, colour):
    """Return (left, top, right, bottom) of what has ``colour``."""
    rows, columns = np.nonzero((np.asarray(picture) == colour).all(-1))
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def pictures():
    return [Image.new("RGB", (30, 10), RED), Image.new("RGB", (20, 40), BLUE)]


def dark(picture):
    """Return the columns that hold letters."""
    return np.flatnonzero((np.asarray(picture.convert("L")) < 128).any(0))


def test_pictures_stand_beside_and_under_each_other():
    row = beside(pictures(), gap=5)
    assert row.size == (55, 40)
    assert (box(row, RED), box(row, BLUE)) == ((0, 0, 30, 10), (35, 0, 55, 40))
    column = stacked(pictures(), gap=5)
    assert column.size == (30, 55)
    assert (box(column, RED), box(column, BLUE)) == ((0, 0, 30, 10), (0, 15, 20, 55))
    assert box(framed(row, 7), RED) == (7, 7, 37, 17)
    assert column.getpixel((25, 50)) == (255, 255, 255)


def test_text_stands_over_under_and_beside_pictures():
    red = Image.new("RGB", (60, 30), RED)
    assert box(titled("over", red), RED) == (0, 27, 60, 57)
    assert titled("over", red, width=90).width == 90
    assert box(subtitled(red, "under"), RED) == (0, 0, 60, 30)
    rows = rows_named(stacked([red, Image.new("RGB", (60, 30), BLUE)], gap=0), ["one", "two"])
    left = rows.width - 60
    assert (box(rows, RED), box(rows, BLUE)) == ((left, 0, left + 60, 30), (left, 30, left + 60, 60))
    letters = np.asarray(rows.convert("L"))[:, :left] < 128
    assert letters[:30].any()
    assert letters[30:].any()


@pytest.mark.parametrize("size", [12, 17])
def test_a_caption_holds_its_text_or_says_that_it_is_clipped(size):
    text = "a line of\ntext"
    width = caption_width(text, size=size)
    whole, wide = caption(width, text, size=size), caption(2 * width, text, size=size)
    np.testing.assert_array_equal(np.asarray(whole), np.asarray(wide)[:, :width])
    clipped = caption(width - 5, text, size=size)
    assert dark(clipped)[-1] < width - 5
    assert (np.asarray(clipped) != np.asarray(wide)[:, : width - 5]).any()
    middle = dark(caption(300, text, size=size, centred=True))
    assert middle[0] + middle[-1] == pytest.approx(300, abs=3)


def test_large_pictures_shrink_and_small_ones_grow_by_a_whole_factor():
    assert resized(Image.new("RGB", (1000, 500)), 480).size == (480, 240)
    assert resized(Image.new("RGB", (100, 50)), 480).size == (400, 200)
    assert resized(Image.new("RGB", (2000, 1)), 480).size == (480, 1)
    dot = Image.new("L", (2, 1))
    dot.putpixel((1, 0), 255)
    assert [p[0] for p in np.asarray(resized(dot, 4))[1]] == [0, 0, 255, 255]


def test_white_paper_lies_under_what_is_transparent():
    half = Image.new("RGBA", (1, 1), (0, 0, 0, 0))
    assert opaque(half).getpixel((0, 0)) == (255, 255, 255)
    assert opaque(Image.new("L", (1, 1), 7)).getpixel((0, 0)) == (7, 7, 7)
