"""A picture of samples: a grid of images, or points over real ones."""

from typing import NamedTuple

import numpy as np
from PIL import Image

from saddlepoint.data.dataset import Dataset
from saddlepoint.data.subset import random_part
from saddlepoint.plots.grid import grid
from saddlepoint.plots.scatter import points_image

POINTS = 2_000  # points in a scatter


class Truth(NamedTuple):
    """What samples of points should look like.

    Attributes:
        real: (m, d) real points.
        modes: (k, d) centres of their modes where these are known, or None.
        reach: how far a sample of high quality may lie from one, 3σ.
    """

    real: np.ndarray
    modes: np.ndarray | None
    reach: float


def truth(data: Dataset) -> Truth | None:
    """Return what samples of points are drawn over, None for images."""
    if data.kind != "points":
        return None
    mixture = data.mixture
    real = data.train.take(random_part(len(data.train), POINTS))[0]
    return Truth(real, None, 0.0) if mixture is None else Truth(real, mixture.centres, 3 * mixture.sigma)


def draw(
    samples: np.ndarray,
    over: Truth | None = None,
    *,
    columns: int | None = None,
    scale: int | None = None,
    title: str = "",
) -> Image.Image:
    """Return a picture of samples: a grid of uint8 (n, h, w, c) images, or (n, d) points over real ones.

    Args:
        samples: what to draw.
        over: what points are drawn over.
        columns: images in a row.
        scale: factor by which images are enlarged.
        title: of a picture of points; images speak for themselves.
    """
    if samples.ndim == 4:
        return grid(samples, columns=columns, scale=scale)
    if over is None:
        return points_image(samples, title=title)
    return points_image(samples, over.real, modes=over.modes, reach=over.reach, title=title)
