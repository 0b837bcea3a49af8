"""Information in nats: the variational bound between codes and samples, and what two views of images share."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def categorical_information(logits: Tensor, code: Tensor) -> Tensor:
    """Return (n,) log Q(c|x) + ln K for a uniform code of K values (Chen et al. 2016, eq. 4).

    Its mean is ln K for a recogniser that is always sure and right, 0 for one that says 1/K to everything.

    Args:
        logits: (n, K) of Q(c|x).
        code: (n,) int64 codes that x was made from; sampled, never labels.
    """
    return math.log(logits.shape[1]) - F.cross_entropy(logits, code, reduction="none")


def uniform_information(mean: Tensor, log_deviation: Tensor, code: Tensor) -> Tensor:
    """Return (n,) log Q(c|x) + ln 2 for a code that is uniform in (−1, 1) and a Gaussian Q.

    Args:
        mean: (n,) of Q(c|x).
        log_deviation: (n,) logarithm of Q's standard deviation.
        code: (n,) codes that x was made from.
    """
    error = (code - mean) / log_deviation.exp()
    return math.log(2) - 0.5 * error.square() - log_deviation - 0.5 * math.log(2 * math.pi)


def shared_information(one: Tensor, other: Tensor) -> tuple[Tensor, Tensor]:
    """Return I(c; c′) of the codes of two views of the same images, and their entropy H(c), both scalars.

    Of the joint distribution that is the mean over images, made symmetric (Ji et al. 2019, eq. 3): the
    information is ln K where views agree and are sure and all codes are equally frequent, 0 where a view says
    nothing of the other. The entropy is ln K where all codes are equally frequent, whatever the views agree on;
    to maximise I + 2·(λ − 1)·H is their eq. 5.

    Args:
        one: (n, K) probabilities of each image's code.
        other: (n, K) those of its other view.
    """
    joint = (one[:, :, None] * other[:, None, :]).mean(0)
    joint = ((joint + joint.T) / 2).clamp_min(torch.finfo(joint.dtype).tiny)  # the slope of p·log p ends at 0
    marginal = joint.sum(0)
    entropy = -(marginal * marginal.log()).sum()
    return (joint * joint.log()).sum() + 2 * entropy, entropy
