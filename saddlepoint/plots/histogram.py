"""How often each class occurs among samples, beside the data's own shares."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from saddlepoint.core.words import clipped
from saddlepoint.plots.canvas import FAINT, GENERATOR, INK, bare, new_figure, picture

WIDTH, HEIGHT, DPI = 9.0, 3.4, 140
DATA = "#9CA3AF"
NAMED = 40  # more classes than this have no room for their names


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
    figure = new_figure(WIDTH, HEIGHT, dpi=DPI)
    place = figure.add_axes((0.06, 0.15, 0.92, 0.69))
    bare(place, size=8)
    place.grid(False, axis="x")
    x = np.arange(len(names))
    place.bar(x, data, width=0.84, color=DATA, alpha=0.45)
    place.bar(x, shares, width=0.44, color=GENERATOR, alpha=0.9)
    if len(names) <= NAMED:
        place.vlines(x, low, high, color=INK, linewidth=1.2)
        room = max(3, 100 // len(names))
        upright = max(map(len, names)) <= room
        labels = [clipped(name, 14) for name in names]
        place.set_xticks(x, labels, rotation=0 if upright else 30, ha="center" if upright else "right")
        for label in place.get_xticklabels():
            label.set_parse_math(False)
    place.set_xlim(-0.6, len(names) - 0.4)
    place.set_ylim(0, 1.08 * max(high.max(), data.max()))
    place.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g} %")
    figure.text(0.06, 0.92, clipped(title, 70), color=INK, size=11, weight="bold", parse_math=False)
    figure.text(0.98, 0.92, "samples", color=GENERATOR, size=9, weight="bold", ha="right")
    figure.text(0.90, 0.92, "data", color=FAINT, size=9, weight="bold", ha="right")
    return picture(figure)
