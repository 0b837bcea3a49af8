"""A hundred modes on a circle of circles."""

import numpy as np

from saddlepoint.data.dataset import Dataset
from saddlepoint.data.mixture import Mixture
from saddlepoint.data.request import Request, sources
from saddlepoint.data.sources._gaussians import drawn


@sources.register()
def rings100(request: Request) -> Dataset:
    """100,000 points from 100 Gaussians on ten circles of ten, themselves on a circle, σ = 0.05."""
    request.refuse_argument()
    return drawn("rings100", mixture(), request)


def mixture() -> Mixture:
    """Return the density: circles of radius 1.5 around ten centres at a distance of 7 from the origin."""
    angle = 2 * np.pi * np.arange(10) / 10
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return Mixture((7 * circle[:, None] + 1.5 * circle).reshape(-1, 2), 0.05)
