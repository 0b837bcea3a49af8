"""Numbers of samples: 95 % intervals of what was computed from one, and distances of counts from shares."""

import math

import numpy as np
from scipy import stats

Z = 1.959963984540054


def within(
    possible: tuple[float | None, float | None], low: float | None, high: float | None
) -> tuple[float | None, float | None]:
    """Return an interval cut off where its figure cannot be, which covers the truth as often as before.

    Args:
        possible: the least and the most that the figure can be, None where there is no end.
        low: lower end, or None.
        high: upper end, or None.
    """

    def cut(end: float | None) -> float | None:
        if end is None:
            return None
        least, most = possible
        end = end if least is None else max(end, least)
        return float(end if most is None else min(end, most))

    return cut(low), cut(high)


def around(value: float, replicates: np.ndarray) -> tuple[float, float]:
    """Return value ± 1.96 standard deviations of bootstrap ``replicates``.

    The replicates' own quantiles would not do: a figure that is biased upward at N samples (Fréchet
    distance, divergences) is biased upward once more in each replicate, so that they lie above the value.
    """
    spread = Z * float(np.std(replicates, ddof=1))
    return value - spread, value + spread


def of_draws(draws: np.ndarray) -> tuple[float, float, float]:
    """Return (mean, low, high) of independent equal draws, with Student's t."""
    mean = float(np.mean(draws))
    if len(draws) < 2:
        return mean, math.nan, math.nan
    error = float(np.std(draws, ddof=1)) / math.sqrt(len(draws))
    reach = float(stats.t.ppf(0.975, len(draws) - 1)) * error
    return mean, mean - reach, mean + reach


def of_share(hits: float, trials: float) -> tuple[float, float]:
    """Return Wilson's interval of a share of ``hits`` out of ``trials`` independent ones."""
    share, z2 = hits / trials, Z * Z / trials
    centre = (share + z2 / 2) / (1 + z2)
    reach = Z * math.sqrt(share * (1 - share) / trials + z2 / trials / 4) / (1 + z2)
    return max(0.0, centre - reach), min(1.0, centre + reach)


def kl_divergence(counts: np.ndarray, target: np.ndarray) -> float:
    """Return KL(counts/N ‖ target) in nats; infinite mass on an empty class of ``target`` counts as 1e-12."""
    p = counts / counts.sum()
    seen = p > 0
    return float(np.sum(p[seen] * np.log(p[seen] / np.maximum(target[seen], 1e-12))))


def total_variation(counts: np.ndarray, target: np.ndarray) -> float:
    """Return half the L1 distance between counts/N and ``target``, in [0, 1]."""
    return float(np.abs(counts / counts.sum() - target).sum() / 2)
