"""A hundred modes on a grid."""

import numpy as np

from saddlepoint.data.dataset import Dataset
from saddlepoint.data.mixture import Mixture
from saddlepoint.data.request import Request, sources
from saddlepoint.data.sources._gaussians import drawn


@sources.register()
def grid100(request: Request) -> Dataset:
    """100,000 points from 100 Gaussians on a 10×10 grid from −9 to 9, σ = 0.05."""
    request.refuse_argument()
    return drawn("grid100", mixture(), request)


def mixture() -> Mixture:
    """Return the density: centres at all pairs of −9, −7, …, 9."""
    axis = np.arange(-9.0, 10.0, 2.0)
    return Mixture(np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2), 0.05)
