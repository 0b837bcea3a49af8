"""What the figures of modes say on average of a generator whose density is known.

The generator draws evenly from ``kept`` of the modes, each ``width`` times as wide as it should be, and with
probability ``blur`` from one Gaussian that has the variance of all data. A sample is of high quality within 3σ
of a centre; a mode is found if one such sample is on it (Lin et al. 2018, section 4.1). In the plane

    share of high quality of one mode     1 − exp(−9 / 2·width²)
    modes found by n samples              Σ 1 − (1 − p_k)^n       p_k: of high quality, on mode k
"""

import math
from typing import NamedTuple

import numpy as np
from scipy import stats

from saddlepoint.data.mixture import Mixture

REACH = 3.0


class Expected(NamedTuple):
    """Means over all draws.

    Attributes:
        modes: modes found.
        quality: share of samples of high quality.
        divergence: KL divergence of the modes' shares from equal ones, in nats, without what few samples add.
    """

    modes: float
    quality: float
    divergence: float


def quality(width: float) -> float:
    """Return the share of a mode's samples that lies within 3σ in the plane, where its width is ``width``·σ."""
    return 1 - math.exp(-(REACH**2) / (2 * width**2))


def found(shares: np.ndarray, n: int) -> float:
    """Return how many modes n samples meet on average; each meets mode k with probability shares (k,)."""
    return float((1 - (1 - shares) ** n).sum())


def blurred(mixture: Mixture) -> np.ndarray:
    """Return (k,) masses within 3σ of each centre in the plane, of the Gaussian with the variance of all data.

    Its mean is 0, as that of the centres must be.
    """
    variance = (mixture.centres**2).sum(axis=1).mean() / 2 + mixture.sigma**2
    away = (mixture.centres**2).sum(axis=1) / variance
    return stats.ncx2.cdf((REACH * mixture.sigma) ** 2 / variance, 2, away)


def expected(mixture: Mixture, *, kept: int, width: float, blur: float, n: int) -> Expected:
    """Return what the figures are on average for n samples; see the module's head."""
    count = len(mixture.centres)
    shares = blur * blurred(mixture)
    shares[:kept] += (1 - blur) / kept * quality(width)
    of_good = shares[shares > 0] / shares.sum()
    divergence = float((of_good * np.log(of_good * count)).sum())
    return Expected(found(shares, n), float(shares.sum()), divergence)


def twins(kinds: int, n: int) -> float:
    """Return how many pairs of n samples are equal on average, where ``kinds`` of them are equally likely."""
    return n * (n - 1) / 2 / kinds


def drawn_twins(kinds: int, n: int, draws: int, seed: int) -> float:
    """Return the same as a mean over draws."""
    made = np.random.default_rng(seed).integers(kinds, size=(draws, n))
    counts = [np.unique(row, return_counts=True)[1] for row in made]
    return float(np.mean([(count * (count - 1)).sum() / 2 for count in counts]))
