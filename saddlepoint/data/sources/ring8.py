"""Eight modes on a circle."""

import numpy as np

from saddlepoint.data.dataset import Dataset
from saddlepoint.data.mixture import Mixture
from saddlepoint.data.request import Request, sources
from saddlepoint.data.sources._gaussians import drawn


@sources.register()
def ring8(request: Request) -> Dataset:
    """100,000 points from 8 Gaussians on the unit circle, σ = 0.01 (PacGAN's 2D-ring).

    Lin et al. 2018, section 4.1; after Metz et al. 2017.
    """
    request.refuse_argument()
    return drawn("ring8", mixture(), request)


def mixture() -> Mixture:
    """Return the density: centre k at angle 2πk/8, all eight different."""
    angle = 2 * np.pi * np.arange(8) / 8
    return Mixture(np.stack([np.cos(angle), np.sin(angle)], axis=1), 0.01)
