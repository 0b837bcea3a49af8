"""Noise-contrastive estimation where the answer is known: a normal density, its precision and its normaliser.

The model ln p_m(u) = −½ uᵀΛu + c is linear in Λ and c, so that G = ln p_m − ln p_n makes the objective of
Gutmann and Hyvärinen (2010, section 2) a logistic regression with an offset, whose one maximum Newton's steps
find. The true c is −½ ln |2πΣ|. Its error is asymptotically normal, with a mean square of the order 1/T.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import expit

REACH, CELLS = 9.0, 2_001  # of sums over N(0, 1)
STEPS, SMALL = 50, 1e-10  # Newton's, and a last one that ends them


class Gaussian(NamedTuple):
    """A zero-mean normal density without its square.

    Attributes:
        precision: float64 (d, d) Λ, the inverse of the covariance.
        log_normaliser: c, with ln p(u) = −½ uᵀΛu + c.
    """

    precision: np.ndarray
    log_normaliser: float


def truth(covariance: np.ndarray) -> Gaussian:
    """Return the density of a covariance (d, d)."""
    return Gaussian(np.linalg.inv(covariance), float(-0.5 * np.linalg.slogdet(2 * np.pi * covariance)[1]))


def estimate(data: np.ndarray, noise: np.ndarray, deviation: np.ndarray) -> Gaussian:
    """Return the density that maximises the noise-contrastive objective; Newton starts at that of the noise.

    Args:
        data: (T, d) draws of the unknown density.
        noise: (T, d) independent normal numbers.
        deviation: (d,) their standard deviations.

    Raises:
        ArithmeticError: Newton's steps do not end, as where data and noise do not overlap.
    """
    d = data.shape[1]
    upper = np.triu_indices(d)
    feature = np.concatenate([_features(data, upper), _features(noise, upper)])
    start = truth(np.diag(deviation**2))
    parameter = np.append(start.precision[upper], start.log_normaliser)
    offset = feature @ parameter  # ln p_n
    real = np.arange(len(feature)) < len(data)
    for _ in range(STEPS):
        h = expit(feature @ parameter - offset)
        slope = feature.T @ (real - h)
        curvature = (feature * (h * (1 - h))[:, None]).T @ feature
        step = np.linalg.solve(curvature, slope)
        parameter += step
        if np.abs(step).max() < SMALL:
            break
    else:
        raise ArithmeticError(f"no maximum after {STEPS} of Newton's steps; do data and noise overlap?")
    precision = np.zeros((d, d))
    precision[upper] = parameter[:-1]
    return Gaussian(precision + precision.T - np.diag(precision.diagonal()), float(parameter[-1]))


def squared_errors(covariance: np.ndarray, count: int, seed: int | Sequence[int]) -> tuple[float, float]:
    """Return squared errors of Λ, a mean over its entries, and of c, from ``count`` data and as much noise.

    The noise is normal with the variances of the data and without their correlations.
    """
    rng = np.random.default_rng(seed)
    deviation = np.sqrt(np.diag(covariance))
    data = rng.multivariate_normal(np.zeros(len(covariance)), covariance, size=count)
    noise = deviation * rng.standard_normal((count, len(covariance)))
    found = estimate(data, noise, deviation)
    known = truth(covariance)
    precision = float(((found.precision - known.precision) ** 2).mean())
    return precision, (found.log_normaliser - known.log_normaliser) ** 2


def limits(deviation: float) -> tuple[float, float]:
    """Return T times the mean squared errors of Λ and c for many points of N(0, 1) and as many of the noise.

    With g = (−½u², 1) and P = p_n / (p + p_n) they are the diagonal of I⁻¹ − 2·I⁻¹ E(Pg) E(Pg)ᵀ I⁻¹, where
    I = E(P g gᵀ) over the data (theorem 3 of their paper of 2012). Maximum likelihood has 2 for Λ.

    Args:
        deviation: of the noise, which is N(0, deviation²).
    """
    u = np.linspace(-REACH, REACH, CELLS)
    p, noise = (np.exp(-0.5 * (u / each) ** 2) / (each * math.sqrt(2 * math.pi)) for each in (1.0, deviation))
    weight = p * noise / (p + noise) * (u[1] - u[0])
    g = np.stack([-0.5 * u**2, np.ones_like(u)])
    inverse = np.linalg.inv((weight * g) @ g.T)
    mean = inverse @ (weight * g).sum(1)
    of_precision, of_c = np.diag(inverse - 2 * np.outer(mean, mean))
    return float(of_precision), float(of_c)


def rate(counts: Sequence[int], errors: Sequence[float]) -> float:
    """Return the slope of ln error over ln count, by least squares."""
    return float(np.polyfit(np.log(counts), np.log(errors), 1)[0])


def _features(x: np.ndarray, upper: tuple[np.ndarray, ...]) -> np.ndarray:
    """Return what the parameters are multiplied by: −½ x_i x_j, twice off the diagonal, and 1."""
    i, j = upper
    return np.column_stack([-0.5 * np.where(i == j, 1, 2) * x[:, i] * x[:, j], np.ones(len(x))])


def useful_share(deviation: float, dimensions: int) -> float:
    """Return which share of draws of N(0, s²·1) is worth as much as draws of N(0, 1), for s > √½.

    It is 1/E_n[w²] of the weights w = p/n, and (√(2s² − 1)/s²) a dimension.
    """
    return (math.sqrt(2 * deviation**2 - 1) / deviation**2) ** dimensions


def measured_share(deviation: float, dimensions: int, count: int, seed: int) -> float:
    """Return the same from ``count`` draws of the noise: (Σ w)² / (count·Σ w²)."""
    noise = deviation * np.random.default_rng(seed).standard_normal((count, dimensions))
    weight = np.exp(-0.5 * (noise**2).sum(1) * (1 - deviation**-2))
    return float(weight.sum() ** 2 / (count * (weight**2).sum()))
