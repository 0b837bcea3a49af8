"""Melodies as pictures: pitch over time, a bar a note."""

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw

from saddlepoint.data.notes import OCTAVE, Note
from saddlepoint.plots.canvas import GENERATOR, RULE

STEP, KEY = 4, 5  # pixels of a sixteenth and of a half tone
GAP = 10


def rolls_image(
    tunes: Sequence[Sequence[Note]], *, lowest: int, highest: int, sixteenths: int, columns: int = 3
) -> Image.Image:
    """Draw a tile for each melody: higher notes above lower ones, longer ones longer, and a line at every C.

    Args:
        tunes: the melodies; what is longer than a tile is cut off.
        lowest: pitch that a tile has room for.
        highest: the same.
        sixteenths: that a tile has room for.
        columns: tiles in a row.
    """
    low, high = lowest - 1, highest + 1
    width, height = STEP * sixteenths, KEY * (high - low + 1)
    columns = min(columns, len(tunes))
    rows = math.ceil(len(tunes) / columns)
    sheet = Image.new("RGB", (columns * (width + GAP) - GAP, rows * (height + GAP) - GAP), "white")
    for index, tune in enumerate(tunes):
        tile = _tile(tune, low, high, (width, height))
        sheet.paste(tile, (index % columns * (width + GAP), index // columns * (height + GAP)))
    return sheet


def _tile(tune: Sequence[Note], low: int, high: int, size: tuple[int, int]) -> Image.Image:
    tile = Image.new("RGB", size, "#F3F4F6")
    draw = ImageDraw.Draw(tile)
    for pitch in range(low, high + 1):
        if pitch % OCTAVE == 0:
            draw.line([(0, bottom := KEY * (high - pitch + 1) - 1), (size[0], bottom)], RULE)
    now = 0
    for note in tune:
        if note.pitch is not None:
            top = KEY * (high - note.pitch)
            draw.rectangle([STEP * now, top, STEP * (now + note.length) - 2, top + KEY - 1], GENERATOR)
        now += note.length
    return tile
