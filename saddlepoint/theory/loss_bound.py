"""What a critic's loss proves, and what it does not.

The critic of Goodfellow et al. (2014) minimises L = −E log D(x) − E log(1 − D(G(z))), whose least value over
all critics is log 4 − 2·JSD (theorem 1). Of any critic at all, therefore,

    (log 4 − L) / 2  ≤  JSD(data ‖ samples)  ≤  log 2

A low loss proves that samples and data differ. A high loss proves nothing: the critic may be a poor one.
"""

import math
from typing import NamedTuple

import numpy as np
import torch

from saddlepoint.objectives import objectives
from saddlepoint.theory import divergences
from saddlepoint.theory.optimal_critic import value

X = torch.linspace(-14, 14, 1401, dtype=torch.float64)


class Reading(NamedTuple):
    """A critic between two bells.

    Attributes:
        critic: its loss.
        generator: the non-saturating loss of the generator.
        proved: the Jensen-Shannon divergence that the critic's loss proves.
        divergence: the true one.
    """

    critic: float
    generator: float
    proved: float
    divergence: float


def proved(critic_loss: float) -> float:
    """Return the least Jensen-Shannon divergence, in nats, of data and samples with this critic's loss."""
    return max(0.0, (math.log(4) - critic_loss) / 2)


def bells(shift: float, width: float, confidence: float) -> Reading:
    """Return what is read where data are N(0, 1), samples N(shift, width²), and the critic's logit is given.

    Args:
        shift: mean of the samples.
        width: their standard deviation.
        confidence: factor on the optimal logit log p/q: 0 is a blind critic, 1 the optimal one.
    """
    p, q = divergences.bells(X, 0.0), divergences.bells(X, shift, deviation=width)
    logit = confidence * (p - q)
    critic = -value(logit, p, q).item()
    loss = objectives.get("non_saturating").generator(logit, logit)
    divergence = divergences.jensen_shannon(p, q).item()
    return Reading(critic, (q.exp() * loss).sum().item(), proved(critic), divergence)


def spread(shift: float) -> float:
    """Return the standard deviation of the best critic's loss on a pair, of N(0, 1) and of N(shift, 1)."""
    p, q = divergences.bells(X, 0.0), divergences.bells(X, shift)
    return math.sqrt(sum(_variance(share, sign * (p - q)) for share, sign in ((p, -1), (q, 1))))


def drawn_spread(shift: float, count: int, draws: int, seed: int) -> float:
    """Return the standard deviation, over draws, of that loss as a mean over ``count`` pairs."""
    real, fake = torch.from_numpy(np.random.default_rng(seed).standard_normal((2, draws, count)))
    logit = shift**2 / 2 - shift * torch.stack([real, fake + shift])
    return objectives.get("non_saturating").critic(*logit).mean(1).std().item()


def _variance(share: torch.Tensor, score: torch.Tensor) -> float:
    """Return the variance of softplus(score) under log-masses."""
    loss, weight = torch.nn.functional.softplus(score), share.exp()
    return ((weight * loss**2).sum() - (weight * loss).sum() ** 2).item()
