"""Modes of a known mixture: which are found, how sharply, and how evenly (PacGAN's protocol)."""

import math

import numpy as np
from scipy import stats

from saddlepoint.data.mixture import Mixture
from saddlepoint.evaluate.metric import POSITIVE, SHARE, About, Figure, Inputs, metric
from saddlepoint.evaluate.statistics import around, kl_divergence, of_share

_REACH = 3.0
_REPLICATES = 200


@metric(
    figures={
        "modes": About("higher", "modes with a sample within 3σ"),
        "high_quality": About("real", "share of samples within 3σ of a mode; 98.89 % is perfect in the plane"),
        "mode_kl": About("lower", "KL divergence of high-quality samples' modes from equal shares, nats"),
        "mode_width": About("real", "width of the sampled modes over the true width"),
    },
    truth=Mixture,
    least=10,
    cheap=True,
)
def modes(inputs: Inputs) -> dict[str, Figure]:
    """Modes covered, share of high-quality samples, evenness over modes, and width of a mode over the truth.

    A sample is of high quality within 3σ of the nearest centre, a mode is covered by one such sample (Lin
    et al. 2018). True samples are so with probability P(χ²_d < 9): more is a model whose modes are too
    narrow, which the width tells: the median distance to the nearest centre over its true value. The
    divergence is over the modes of high-quality samples, about (K−1)/2N for true ones.
    """
    mixture = inputs.truth(Mixture)
    points = inputs.fake.features.astype(np.float64)
    count, dimension = points.shape
    nearest, square = assign(points, mixture)
    good = square < _REACH**2
    hits = np.bincount(nearest[good], minlength=len(mixture.centres))
    quality, total = int(good.sum()), len(mixture.centres)
    median = stats.chi2.median(dimension)
    width = float(np.sqrt(np.median(square) / median))
    redrawn = square[inputs.rng.integers(count, size=(_REPLICATES, count))]
    widths = np.sqrt(np.median(redrawn, axis=1) / median)
    detail = {"of": total, "counts": hits.tolist()}
    oracle = {"perfect": float(stats.chi2.cdf(_REACH**2, dimension))}
    return {
        "modes": Figure(int((hits > 0).sum()), None, None, count, detail=detail, range=(0, total)),
        "high_quality": Figure(quality / count, *of_share(quality, count), count, detail=oracle, range=SHARE),
        "mode_kl": _evenness(hits, inputs.rng),
        "mode_width": Figure(width, *around(width, widths), count, range=POSITIVE),
    }


def assign(points: np.ndarray, mixture: Mixture) -> tuple[np.ndarray, np.ndarray]:
    """Return (n,) nearest centres of points (n, d), and squared distances to them in units of σ²."""
    square = ((points[:, None, :] - mixture.centres) ** 2).sum(axis=-1) / mixture.sigma**2
    nearest = square.argmin(axis=1)
    return nearest, square[np.arange(len(points)), nearest]


def _evenness(hits: np.ndarray, rng: np.random.Generator) -> Figure:
    count, uniform = int(hits.sum()), np.full(len(hits), 1 / len(hits))
    possible = (0.0, math.log(len(hits)))
    if not count:
        return Figure(None, None, None, 0, range=possible)
    value = kl_divergence(hits, uniform)
    draws = rng.multinomial(count, hits / count, size=_REPLICATES)
    spread = np.array([kl_divergence(draw, uniform) for draw in draws])
    return Figure(value, *around(value, spread), count, range=possible)
