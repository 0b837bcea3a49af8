"""Improved precision and recall (Kynkäänniemi et al. 2019, arXiv:1904.06991)."""

import numpy as np

from saddlepoint.evaluate.distances import closest, neighbour_radius
from saddlepoint.evaluate.metric import SHARE, About, Figure, Inputs, metric
from saddlepoint.evaluate.statistics import of_share

K = 3


@metric(
    figures={
        "precision": About("higher", "share of samples inside the region of real ones"),
        "recall": About("higher", "share of real ones inside the region of samples"),
    },
    least=K + 1,
)
def precision_recall(inputs: Inputs) -> dict[str, Figure]:
    """Shares of samples inside the region of real images, and of real images inside that of samples.

    A region is the union of closed balls around its points that reach to their third nearest neighbour. Samples
    and training images are cut to equal counts. Intervals are Wilson's for a share, the regions being given.
    """
    fake, real = inputs.pair
    precision, recall = shares(fake.features, real.features, K)
    count = len(fake)
    return {
        "precision": Figure(precision, *of_share(precision * count, count), count, range=SHARE),
        "recall": Figure(recall, *of_share(recall * count, count), count, range=SHARE),
    }


def shares(fake: np.ndarray, real: np.ndarray, k: int) -> tuple[float, float]:
    """Return (precision, recall) of features fake (n, f) and real (m, f) at k neighbours."""
    fake_reach, real_reach = (neighbour_radius(side, k) for side in (fake, real))
    precise, recalled = np.zeros(len(fake), bool), np.zeros(len(real), bool)
    for rows, square in closest(fake, real):
        precise[rows] = (square <= real_reach).any(axis=1)
        recalled |= (square <= fake_reach[rows, None]).any(axis=0)
    return float(precise.mean()), float(recalled.mean())
