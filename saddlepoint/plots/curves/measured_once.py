"""Figures that were measured once, as numbers: a curve of one value says nothing more."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from saddlepoint.core.words import brief, clipped
from saddlepoint.plots.canvas import EDGE, FAINT, INK, Part, Words
from saddlepoint.plots.curves.end_labels import BROKEN, PLAYERS
from saddlepoint.plots.curves.series import Series

COLUMNS, ROW = 3, 0.24  # figures in a row, and its inches
NAME = 0.6  # of a column's width, from the beginning of a name to that of its number


def once_height(once: Mapping[str, Series], left_out: int = 0) -> float:
    """Return the inches that :func:`write_once` needs, 0 for nothing to say."""
    rows = (1 + -(-len(once) // COLUMNS)) * bool(once) + bool(left_out)
    return rows * ROW + EDGE if rows else 0.0


def write_once(part: Part, once: Mapping[str, Series], unit: str, left_out: int = 0) -> None:
    """Write figures of one value each into a part of a picture, in three columns.

    Args:
        part: where to write.
        once: by their names in the metrics.
        unit: what their x counts.
        left_out: number of other figures that are not drawn, which the last line says.
    """
    column = (part.width - 2 * EDGE) / COLUMNS

    def put(words: Words, x: float, row: int, **settings) -> None:
        part.write(words, EDGE + x * column, part.height - (row + 0.5) * ROW, **settings)

    if left_out:
        more = Words(f"{left_out} more figures are in the metrics", 8, FAINT)
        put(more, COLUMNS, round((part.height - EDGE) / ROW) - 1, ha="right")
    if not once:
        return
    places = {float(series.x[0]) for series in once.values()}
    when = f", at {places.pop():,.0f} {unit}" if len(places) == 1 else ""
    put(Words(f"measured once{when}", 8.5, FAINT), 0, 0)
    for index, (name, series) in enumerate(once.items()):
        row, x, value = 1 + index // COLUMNS, index % COLUMNS, series.y[0]
        finite = bool(np.isfinite(value))
        number = (brief(value) if finite else "× not finite") + ("" if when else f" at {series.x[0]:,.0f}")
        put(Words(_spelt(name), 9), x, row)
        put(Words(number, 9, INK if finite else BROKEN, bold=True), x + NAME, row)


def _spelt(name: str) -> str:
    """Return a figure's name with the player whose term it is in words."""
    player, slash, term = name.partition("/")
    return clipped(f"{PLAYERS.get(player, player)}: {term}" if slash else name, 26)
