"""Axes in the look of all pictures, in either theme and any language."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from saddlepoint.core.words import brief, raised
from saddlepoint.explaining.blocks import Style
from saddlepoint.explaining.fonts import family
from saddlepoint.plots.canvas import Part, bare, new_figure, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

PICTURE, FRAME = 160, 100  # dots an inch: of a picture, and of a moment of a film
LETTERS = 9.0  # points


def drawn(
    style: Style,
    paint: Callable[[list[Axes]], None],
    *,
    rows: int = 1,
    columns: int = 1,
    size: tuple[float, float] = (7.2, 3.4),
    dpi: int = PICTURE,
    **shared: Any,
) -> Image.Image:
    """Return what ``paint`` draws into axes, laid out row by row.

    Args:
        style: colours and language.
        paint: draws into the axes that it is given.
        rows: of axes.
        columns: of axes.
        size: of the picture in inches.
        dpi: dots an inch.
        **shared: ``sharex`` and ``sharey``, as matplotlib's subplots take them.
    """
    from matplotlib import rc_context

    theme = style.theme
    colours = {"text.color": theme.ink, "axes.labelcolor": theme.ink, "axes.titlecolor": theme.ink}
    look: Any = {
        "font.family": family(style.language),
        "font.size": LETTERS,
        "axes.titlesize": LETTERS + 1,
        **colours,
    }
    with rc_context(look):
        figure = new_figure(*size, dpi=dpi, theme=theme)
        part = Part(figure)
        places = part.axes(rows, columns, **shared)
        for place in places:
            bare(place, size=LETTERS - 1, theme=theme)
        paint(places)
        for place in places:
            _plain_logarithms(place.xaxis)
            _plain_logarithms(place.yaxis)
        style.places.update(part.lay_out(style.places))
        return picture(figure)


def _plain_logarithms(axis: Axis) -> None:
    """Write the numbers of a logarithmic axis in plain letters, and powers of ten alone where two are seen.

    Matplotlib sets them as formulas, and a line for every tenth: that takes longer than all else in a picture.
    """
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    if not isinstance(axis.get_major_locator(), LogLocator):
        return
    low, high = sorted(axis.get_view_interval())
    axis.set_minor_locator(NullLocator())
    if high >= 100 * low:
        axis.set_major_formatter(FuncFormatter(lambda x, _: "10" + raised(round(math.log10(x)))))
    else:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(FuncFormatter(lambda x, _: brief(x)))


def tinted(style: Style, values: np.ndarray, colour: str) -> np.ndarray:
    """Return (h, w, 3) for ``imshow``: paper where ``values`` (h, w) are 0 or less, ``colour`` from 1 on."""
    from matplotlib.colors import to_rgb

    paper, full = np.array(to_rgb(style.theme.paper)), np.array(to_rgb(colour))
    return paper + np.clip(values, 0, 1)[..., None] * (full - paper)


def key(axes: Axes, style: Style, **settings) -> None:
    """Say which line is which, inside the axes; settings as matplotlib's legends take them."""
    legend = axes.legend(frameon=True, fontsize=LETTERS - 1, **settings)
    legend.get_frame().set(facecolor=style.theme.paper, edgecolor="none", alpha=0.8)
    for text in legend.get_texts():
        text.set_color(style.theme.ink)


def mark(axes: Axes, style: Style, x: float, y: float, text: str, **settings) -> None:
    """Write words at a point of the axes, on a ground that keeps them readable."""
    ground = {"facecolor": style.theme.paper, "edgecolor": "none", "alpha": 0.75, "pad": 1.5}
    axes.annotate(text, (x, y), **{"fontsize": LETTERS, "color": style.theme.ink, "bbox": ground, **settings})
