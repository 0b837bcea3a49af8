"""Fréchet distance between Gaussians fitted to features (Heusel et al. 2017, arXiv:1706.08500)."""

from typing import NamedTuple

import numpy as np

from saddlepoint.evaluate.metric import POSITIVE, About, Figure, Inputs, metric
from saddlepoint.evaluate.statistics import around

_SMALL = 256  # features up to which a covariance is cheap enough for many replicates
_BLOCK = 4096  # rows that are float64 at a time


class Moments(NamedTuple):
    """Mean (f,) and unbiased covariance (f, f) of features, float64."""

    mean: np.ndarray
    covariance: np.ndarray


@metric(
    figures={"frechet": About("lower", "distance between Gaussians fitted to features")}, least=10, cheap=True
)
def frechet(inputs: Inputs) -> dict[str, Figure]:
    """Fréchet distance between Gaussians fitted to the features of samples and of training images.

    0 is equality. All training images at hand are used. The value is biased upward by a term of order 1/N
    in the number of samples N, so that only values at equal N may be compared. The interval (bootstrap over
    the samples, the training images being given) covers sampling noise and not that bias, which the figure
    of real images shows.
    """
    fake, real = inputs.fake.features, moments(inputs.real.features)
    value = frechet_distance(moments(fake), real)
    replicates = 100 if fake.shape[1] <= _SMALL else 8
    spread = [frechet_distance(resampled(fake, inputs.rng), real) for _ in range(replicates)]
    return {"frechet": Figure(value, *around(value, np.array(spread)), len(fake), range=POSITIVE)}


def moments(features: np.ndarray, weight: np.ndarray | None = None) -> Moments:
    """Fit a Gaussian to features (n, f), in float64, each row counted ``weight`` times."""
    weight = np.ones(len(features)) if weight is None else weight
    blocks = [slice(start, start + _BLOCK) for start in range(0, len(features), _BLOCK)]
    total = weight.sum()
    mean = sum(weight[rows] @ features[rows].astype(np.float64) for rows in blocks) / total
    scatter = np.zeros((features.shape[1],) * 2)
    for rows in blocks:
        centred = features[rows] - mean
        scatter += (centred * weight[rows, None]).T @ centred
    return Moments(mean, scatter / (total - 1))


def frechet_distance(p: Moments, q: Moments) -> float:
    """Return ‖μ₁−μ₂‖² + Tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½), by symmetric eigenvalues only, so that it is never complex."""
    values, vectors = np.linalg.eigh(p.covariance)
    root = (vectors * np.sqrt(values.clip(min=0))) @ vectors.T
    cross = np.sqrt(np.linalg.eigvalsh(root @ q.covariance @ root).clip(min=0)).sum()
    gap = p.mean - q.mean
    distance = gap @ gap + np.trace(p.covariance) + np.trace(q.covariance) - 2 * cross
    return max(0.0, float(distance))


def resampled(features: np.ndarray, rng: np.random.Generator) -> Moments:
    """Fit a Gaussian to as many rows of (n, f) as there are, drawn with replacement."""
    count = len(features)
    return moments(features, np.bincount(rng.integers(count, size=count), minlength=count))
