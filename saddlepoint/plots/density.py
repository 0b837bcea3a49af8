"""A density in the plane beside the one that it should be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image

from saddlepoint.plots.canvas import FAINT, Part, Words, bare, head_height, new_figure, picture

WIDTH, HEIGHT, DPI = 8.0, 3.9, 120  # inches, dots an inch
CELLS = 240  # a side, at which densities are taken
DEPTH = 12.0  # nats below the highest that are told apart

LogDensity = Callable[[np.ndarray], np.ndarray]
Range = tuple[float, float]


def densities_image(panels: dict[str, LogDensity], x: Range, y: Range, *, title: str = "") -> Image.Image:
    """Draw densities in the plane beside one another, on one scale of nats.

    Args:
        panels: name -> a function of (n, 2) points that gives (n,) ln p in nats.
        x: from left to right.
        y: from bottom to top.
        title: one line above.

    Returns:
        RGB.
    """
    across, up = (np.linspace(*ends, CELLS) for ends in (x, y))
    points = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2).astype(np.float32)
    values = {name: np.asarray(log(points)).reshape(CELLS, CELLS) for name, log in panels.items()}
    top = max(float(value.max()) for value in values.values())
    figure = new_figure(WIDTH, HEIGHT, dpi=DPI)
    head = Words(title, 11, bold=True)
    above, body = Part(figure).rows(head_height(head), HEIGHT - head_height(head))
    above.write_head(head)
    for place, (name, value) in zip(body.axes(1, len(values)), values.items(), strict=True):
        bare(place, size=7)
        place.grid(False)
        shown = np.maximum(value - top, -DEPTH)
        image = place.imshow(
            shown, origin="lower", extent=(*x, *y), cmap="cividis", vmin=-DEPTH, vmax=0, interpolation="nearest"
        )
        place.set_title(name, size=9)
        bar = figure.colorbar(image, ax=place, shrink=0.8)
        bar.outline.set_visible(False)
        bar.ax.tick_params(labelsize=7, colors=FAINT, length=0)
        bar.set_label("nats below the highest", size=7, color=FAINT)
    body.lay_out()
    return picture(figure)
