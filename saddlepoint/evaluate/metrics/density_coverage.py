"""Density and coverage (Naeem et al. 2020, arXiv:2002.09797)."""

import numpy as np

from saddlepoint.evaluate.distances import closest, neighbour_radius
from saddlepoint.evaluate.metric import POSITIVE, SHARE, About, Figure, Inputs, metric
from saddlepoint.evaluate.statistics import Z, of_share

K = 5


@metric(
    figures={
        "density": About("real", "how deep among real ones samples lie; 1 for a perfect sampler"),
        "coverage": About("higher", "share of real ones with a sample nearby"),
    },
    least=K + 1,
)
def density_coverage(inputs: Inputs) -> dict[str, Figure]:
    """How many real neighbourhoods a sample lies in, and the share of neighbourhoods that hold a sample.

    A neighbourhood reaches from a training image to its fifth nearest neighbour, and holds that distance too.
    A perfect sampler has density 1 and, at n samples against n images, coverage 1 − Π (n−j)/(2n−j) ≈ 0.969.
    Counts are equal. Intervals hold the neighbourhoods as given.
    """
    fake, real = inputs.pair
    depth, covered = neighbourhoods(fake.features, real.features, K)
    count = len(fake)
    density, coverage = depth.mean() / K, covered.mean()
    reach = Z * depth.std(ddof=1) / K / np.sqrt(count)
    return {
        "density": Figure(float(density), density - reach, density + reach, count, range=POSITIVE),
        "coverage": Figure(float(coverage), *of_share(covered.sum(), count), count, range=SHARE),
    }


def neighbourhoods(fake: np.ndarray, real: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return int (n,) real neighbourhoods that each sample lies in, and bool (m,) which hold a sample."""
    reach = neighbour_radius(real, k)
    count, covered = np.empty(len(fake), np.int64), np.zeros(len(real), bool)
    for rows, square in closest(fake, real):
        hit = square <= reach
        count[rows] = hit.sum(axis=1)
        covered |= hit.any(axis=0)
    return count, covered
