"""Twenty-five modes on a grid."""

import numpy as np

from saddlepoint.data.dataset import Dataset
from saddlepoint.data.mixture import Mixture
from saddlepoint.data.request import Request, sources
from saddlepoint.data.sources._gaussians import drawn


@sources.register()
def grid25(request: Request) -> Dataset:
    """100,000 points from 25 Gaussians on a 5×5 grid from −4 to 4, σ = 0.05 (PacGAN's 2D-grid).

    Lin et al. 2018, section 4.1; after Dumoulin et al. 2017.
    """
    request.refuse_argument()
    return drawn("grid25", mixture(), request)


def mixture() -> Mixture:
    """Return the density: centres at all pairs of −4, −2, 0, 2, 4."""
    axis = np.arange(-4.0, 5.0, 2.0)
    return Mixture(np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2), 0.05)
