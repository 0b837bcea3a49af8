"""How often each class occurs among samples, beside the data's own shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from saddlepoint.core.words import clipped
from saddlepoint.plots.canvas import (
    FAINT,
    GENERATOR,
    INK,
    Part,
    Words,
    bare,
    head_height,
    new_figure,
    picture,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT, DPI = 9.0, 3.4, 140
DATA = "#9CA3AF"
CROWDED, NAMED = 24, 40  # more classes than these have names that slant more, or no room for them


def histogram_image(
    names: Sequence[str],
    shares: np.ndarray,
    data: np.ndarray,
    *,
    low: np.ndarray,
    high: np.ndarray,
    title: str,
) -> Image.Image:
    """Draw a bar for each class with its interval, over a wide grey one for its share of the data.

    Args:
        names: of the classes.
        shares: (k,) shares of the samples, each from 0 to 1.
        data: (k,) shares of the data.
        low: (k,) lower ends of the shares' intervals.
        high: (k,) upper ends.
        title: one line above.

    Returns:
        RGB, 1260 by 476 pixels.
    """
    return picture(histogram_figure(names, shares, data, low=low, high=high, title=title))


def histogram_figure(
    names: Sequence[str],
    shares: np.ndarray,
    data: np.ndarray,
    *,
    low: np.ndarray,
    high: np.ndarray,
    title: str,
) -> Figure:
    """Return ``histogram_image`` before it is drawn."""
    head = Words(clipped(title, 70), 11, bold=True)
    figure = new_figure(WIDTH, HEIGHT, dpi=DPI)
    top, body = Part(figure).rows(head_height(head), HEIGHT - head_height(head))
    top.write_head(head)
    top.write_key(Words("data", 9, FAINT, bold=True), Words("samples", 9, GENERATOR, bold=True))
    (place,) = body.axes()
    bare(place, size=8)
    place.grid(False, axis="x")
    x = np.arange(len(names))
    place.bar(x, data, width=0.84, color=DATA, alpha=0.45)
    place.bar(x, shares, width=0.44, color=GENERATOR, alpha=0.9)
    if len(names) <= NAMED:
        place.vlines(x, low, high, color=INK, linewidth=1.2)
        _name_classes(place, names)
    place.set_xlim(-0.6, len(names) - 0.4)
    place.set_ylim(0, 1.08 * max(high.max(), data.max()))
    place.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g} %")
    body.lay_out()
    return figure


def _name_classes(place: Axes, names: Sequence[str]) -> None:
    """Write the classes' names under their bars, slanting where they have no room beside one another."""
    upright = max(map(len, names)) <= max(3, 100 // len(names))
    place.set_xticks(
        range(len(names)),
        [clipped(name, 14) for name in names],
        rotation=0 if upright else 30 if len(names) <= CROWDED else 60,
        ha="center" if upright else "right",
        parse_math=False,
    )
