"""What a critic's loss proves, and what it does not.

The critic of Goodfellow et al. (2014) minimises L = −E log D(x) − E log(1 − D(G(z))), whose least value over
all critics is log 4 − 2·JSD (theorem 1). Of any critic at all, therefore,

    (log 4 − L) / 2  ≤  JSD(data ‖ samples)  ≤  log 2

A low loss proves that samples and data differ. A high loss proves nothing: the critic may be a poor one.
"""

import math
from typing import NamedTuple

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
