"""Support size by the birthday paradox (Arora and Zhang 2017, arXiv:1706.08224)."""

import numpy as np
from scipy import stats

from saddlepoint.evaluate.distances import blocks
from saddlepoint.evaluate.metric import POSITIVE, About, Figure, Inputs, metric
from saddlepoint.evaluate.statistics import Z

_MOST = 5_000
_RARE = 1e-6


@metric(
    figures={"support": About("higher", "different images that the generator seems to make, good or bad")},
    kinds=("images",),
    least=50,
    most=_MOST,
)
def birthday(inputs: Inputs) -> dict[str, Figure]:
    """Number of different images that the generator seems to make, from near-duplicates among samples.

    Of at most 5,000 samples all pairs are compared in pixels. A near-duplicate is a pair as close as the
    closest millionth of pairs of training images. If a share c of pairs are near-duplicates, the sampler
    behaves like one with 1/c equally likely images; without any there is only a lower bound. The real
    figure is about a million by construction where there are images enough. The authors let people judge
    duplicates: a distance in pixels sees copies, not one object from two sides.
    """
    fake, real = inputs.fake.pixels, inputs.real.pixels[:_MOST]
    count = len(fake)
    limit = closest(real, _RARE)
    partners = near(fake, limit)
    pairs, found = count * (count - 1) / 2, partners.sum() / 2
    few, many = _poisson(found)
    # Samples that many others resemble make collisions depend on each other.
    clumped = Z * np.sqrt(4 / count * partners.var(ddof=1)) / (count - 1) * pairs
    few, many = min(few, found - clumped), max(many, found + clumped)
    detail = {"near_duplicates": int(found), "pairs": int(pairs), "distance": float(limit)}
    high = float(pairs / few) if few > 0 else None
    value = float(pairs / found) if high else None  # else there may be as many as one likes
    return {
        "support": Figure(
            value, float(pairs / many), high, count, encoder="pixels", detail=detail, range=POSITIVE
        )
    }


def closest(x: np.ndarray, share: float) -> float:
    """Return the distance of the closest ``share`` of all pairs of rows of x, of one pair at least."""
    count = len(x)
    rank = max(1, round(share * count * (count - 1) / 2))
    best = np.empty(0)
    for rows, square in blocks(x, x):
        upper = square[np.arange(rows.start, rows.stop)[:, None] < np.arange(count)]
        best = (
            np.sort(np.concatenate([best, upper]))[:rank]
            if len(upper) <= rank
            else np.sort(np.concatenate([best, np.partition(upper, rank)[:rank]]))[:rank]
        )
    return float(np.sqrt(best[-1]))


def near(x: np.ndarray, limit: float) -> np.ndarray:
    """Return int (n,): how many other rows of x lie within ``limit`` of each."""
    partners = np.empty(len(x), np.int64)
    for rows, square in blocks(x, x):
        # The row itself is always found; rounding of a zero must not lose an exact copy.
        partners[rows] = (square <= limit * limit + 1e-6).sum(axis=1) - 1
    return partners


def _poisson(found: float) -> tuple[float, float]:
    low = float(stats.chi2.ppf(0.025, 2 * found)) / 2 if found else 0.0
    return low, float(stats.chi2.ppf(0.975, 2 * found + 2)) / 2
