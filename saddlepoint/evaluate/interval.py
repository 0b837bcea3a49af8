"""Error bars: 95 % intervals of a number that was computed from a sample."""

import math

import numpy as np
from scipy import stats

Z = 1.959963984540054


def around(value: float, replicates: np.ndarray, *, least: float = -math.inf) -> tuple[float, float]:
    """Return value ± 1.96 standard deviations of bootstrap ``replicates``, cut off at ``least``.

    The replicates' own quantiles would not do: a figure that is biased upward at N samples (Fréchet
    distance, divergences) is biased upward once more in each replicate, so that they lie above the value.
    """
    spread = Z * float(np.std(replicates, ddof=1))
    return max(least, value - spread), value + spread


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
