"""Matplotlib without its global state: figures that are drawn into pixels and forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:  # importing matplotlib takes longer than everything else that a command does at its start
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette, which colour-blind readers can tell apart. Blue speaks of the critic and of real
# data, vermilion of the generator and of samples, in every picture.
CRITIC, GENERATOR = "#0072B2", "#D55E00"
OTHERS = ("#009E73", "#CC79A7", "#56B4E9", "#E69F00")
INK, FAINT, RULE = "#282C34", "#6B7280", "#E5E7EB"


def new_figure(width: float, height: float, *, dpi: int) -> Figure:
    """Return an empty white figure of ``width`` by ``height`` inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=dpi, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def picture(figure: Figure) -> Image.Image:
    """Draw ``figure`` and return it in RGB."""
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())  # type: ignore[attr-defined]
    return Image.fromarray(pixels[..., :3].copy())


def bare(axes: Axes, *, size: float) -> None:
    """Leave a light grid and small grey numbers of ``size`` points of the axes' frame."""
    axes.set_axisbelow(True)
    axes.grid(True, color=RULE, linewidth=0.8)
    axes.tick_params(which="both", colors=FAINT, labelsize=size, length=0, pad=5)
    for spine in axes.spines.values():
        spine.set_visible(False)
