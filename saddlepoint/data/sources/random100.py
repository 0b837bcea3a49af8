"""A hundred modes at random places."""

import numpy as np

from saddlepoint.data.dataset import Dataset
from saddlepoint.data.mixture import Mixture
from saddlepoint.data.request import Request, sources
from saddlepoint.data.sources._gaussians import SEED, drawn


@sources.register()
def random100(request: Request) -> Dataset:
    """100,000 points from 100 Gaussians at random places, always the same ones, σ = 0.05."""
    request.refuse_argument()
    return drawn("random100", mixture(), request)


def mixture() -> Mixture:
    """Return the density: places from the square of −9 to 9, drawn until none is within 0.7 of another."""
    rng, centres = np.random.default_rng(SEED), np.empty((0, 2))
    while len(centres) < 100:
        place = rng.uniform(-9, 9, size=2)
        if (np.linalg.norm(centres - place, axis=1) >= 0.7).all():
            centres = np.vstack([centres, place])
    return Mixture(centres, 0.05)
