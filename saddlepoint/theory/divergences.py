"""How far two distributions are apart, in nats, where they live on finitely many atoms.

A distribution is the logarithm of its masses, a float64 tensor (k,): no mass is so small that it is lost, and
the best critic's logit is a difference (Goodfellow et al. 2014, eq. 2: D* = p/(p + q)). A density is the masses
on an even grid; of a smooth one that ends within the grid, sums differ from integrals by less than rounding.
"""

import math

import torch
from torch import Tensor

LOG2 = math.log(2)


def bells(x: Tensor, *centres: float, deviation: float = 1.0) -> Tensor:
    """Return the log-masses on the grid x of equally likely Gaussians of one standard deviation."""
    each = [-0.5 * ((x - centre) / deviation).square() for centre in centres]
    return torch.logsumexp(torch.stack(each), 0).log_softmax(0)


def kl(p: Tensor, q: Tensor) -> Tensor:
    """Return KL(p‖q) = Σ p log(p/q), a scalar."""
    return (p.exp() * (p - q)).sum()


def mean_of(p: Tensor, q: Tensor) -> Tensor:
    """Return the log-masses of ½(p + q)."""
    return torch.logaddexp(p, q) - LOG2


def jensen_shannon(p: Tensor, q: Tensor) -> Tensor:
    """Return JSD(p‖q), the mean of KL(p‖m) and KL(q‖m) with m = ½(p + q): from 0 to log 2."""
    middle = mean_of(p, q)
    return (kl(p, middle) + kl(q, middle)) / 2


def entropy(p: Tensor) -> Tensor:
    """Return H(p) = −Σ p log p of the atoms."""
    return -(p.exp() * p).sum()


def gaussian_kl(mean: float, deviation: float, other_mean: float, other_deviation: float) -> float:
    """Return KL(p‖q) of two Gaussians in closed form."""
    ratio = deviation / other_deviation
    return (ratio**2 + ((mean - other_mean) / other_deviation) ** 2 - 1) / 2 - math.log(ratio)
