"""Figures that were measured once, as numbers: a curve of one value says nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from saddlepoint.core.words import clipped
from saddlepoint.plots.canvas import FAINT, INK
from saddlepoint.plots.curves.labels import BROKEN, PLAYERS, brief
from saddlepoint.plots.curves.series import Series

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS, ROW, EDGE, HEAD = 3, 0.24, 0.2, 0.3  # inches but for the columns


def numbers_height(once: Mapping[str, Series]) -> float:
    """Return the inches that :func:`write_numbers` needs, 0 for no figures."""
    return HEAD + -(-len(once) // COLUMNS) * ROW + EDGE if once else 0.0


def write_numbers(figure: Figure, once: Mapping[str, Series], unit: str, *, left: float) -> None:
    """Write figures of one value each at the bottom of a picture, in three columns.

    Args:
        figure: where to write.
        once: by their names in the metrics.
        unit: what their x counts.
        left: margin in inches.
    """
    if not once:
        return
    width, height = figure.get_size_inches()
    top = numbers_height(once)
    places = {float(one.x[0]) for one in once.values()}
    when = f", at {places.pop():,.0f} {unit}" if len(places) == 1 else ""
    figure.text(left / width, (top - 0.1) / height, f"measured once{when}", color=FAINT, size=8.5, va="center")
    for index, (name, one) in enumerate(once.items()):
        row, column = divmod(index, COLUMNS)
        x = (left + column * (width - 2 * left) / COLUMNS) / width
        y = (top - HEAD - (row + 0.5) * ROW) / height
        value, finite = one.y[0], bool(np.isfinite(one.y[0]))
        number = (brief(value) if finite else "× not finite") + (f" at {one.x[0]:,.0f}" if not when else "")
        number_at = x + 1.75 / width
        figure.text(x, y, _name(name), color=INK, size=9, va="center", parse_math=False)
        figure.text(number_at, y, number, color=INK if finite else BROKEN, size=9, weight="bold", va="center")


def _name(name: str) -> str:
    """Return a figure's name with the player whose term it is in words."""
    player, slash, term = name.partition("/")
    told = f"{PLAYERS.get(player, player)}: {term}" if slash else name
    return clipped(told, 26)
