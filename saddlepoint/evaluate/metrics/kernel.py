"""Kernel distance, KID (Bińkowski et al. 2018, arXiv:1801.01401)."""

import numpy as np

from saddlepoint.evaluate.metric import About, Figure, Inputs, metric
from saddlepoint.evaluate.statistics import of_draws

_LARGEST, _DRAWS = 1000, 5


@metric(
    figures={"kernel": About("lower", "unbiased kernel distance (KID); 0 in expectation for equality")},
    least=50,
)
def kernel(inputs: Inputs) -> dict[str, Figure]:
    """Squared maximum mean discrepancy with the kernel (x·y/f + 1)³, unbiased: 0 in expectation at equality.

    Samples and training images are cut into disjoint draws of 1,000 (a fifth of the samples where there are
    fewer than 5,000), so that the draws are independent; the interval is Student's t over them. Unlike the
    Fréchet distance, values at different numbers of samples may be compared; they can be negative.
    """
    fake, real = inputs.pair
    size = min(_LARGEST, len(fake) // _DRAWS)
    x, y = fake.features.astype(np.float64), real.features.astype(np.float64)
    starts = range(0, len(fake) - size + 1, size)
    draws = [discrepancy(x[start : start + size], y[start : start + size]) for start in starts]
    return {"kernel": Figure(*of_draws(np.array(draws)), len(draws) * size)}


def discrepancy(x: np.ndarray, y: np.ndarray) -> float:
    """Return the unbiased estimate of MMD² of x (n, f) and y (m, f)."""
    n, m = len(x), len(y)
    xx, yy, xy = _kernel(x, x), _kernel(y, y), _kernel(x, y)
    within = (xx.sum() - np.trace(xx)) / (n * (n - 1)) + (yy.sum() - np.trace(yy)) / (m * (m - 1))
    return float(within - 2 * xy.mean())


def _kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return (x @ y.T / x.shape[1] + 1) ** 3
