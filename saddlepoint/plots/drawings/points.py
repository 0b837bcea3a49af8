"""Points, scattered over real ones."""

from typing import NamedTuple

import numpy as np
from PIL import Image

from saddlepoint.data.dataset import Dataset
from saddlepoint.data.mixture import Mixture
from saddlepoint.data.subset import random_part
from saddlepoint.plots.drawing import Drawing, drawings
from saddlepoint.plots.scatter import points_image


class Backdrop(NamedTuple):
    """What samples of points should look like.

    Attributes:
        real: (m, d) real points.
        modes: (k, d) centres of their modes where these are known, or None.
        reach: how far a sample of high quality may lie from one, 3σ.
    """

    real: np.ndarray
    modes: np.ndarray | None
    reach: float


class Points(Drawing):
    """(n, d) points over as many real ones, in the real ones' view."""

    shown = 2_000
    over_real = True

    def behind(self, data: Dataset) -> Backdrop:
        """Return some real points, and their modes where these are known."""
        real = data.train.take(random_part(len(data.train), self.shown))[0]
        if isinstance(data.truth, Mixture):
            return Backdrop(real, data.truth.centres, 3 * data.truth.sigma)
        return Backdrop(real, None, 0.0)

    def samples(self, samples: np.ndarray, behind: Backdrop | None = None, *, title: str = "") -> Image.Image:
        """Draw a scatter, or a histogram of one dimension."""
        return _drawn(samples, behind, title)

    def walks(self, walks: np.ndarray, behind: Backdrop | None = None, *, title: str = "") -> Image.Image:
        """Draw walks (n, steps, d) as points that lines join, or a histogram of one dimension."""
        return _drawn(walks.reshape(-1, walks.shape[-1]), behind, title, walks)


def _drawn(
    samples: np.ndarray, behind: Backdrop | None, title: str, paths: np.ndarray | None = None
) -> Image.Image:
    if behind is None:
        return points_image(samples, paths=paths, title=title)
    modes, reach = behind.modes, behind.reach
    return points_image(samples, behind.real, modes=modes, reach=reach, paths=paths, title=title)


drawings.add("points", Points)
