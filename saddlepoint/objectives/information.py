"""The variational bound of the information between codes and samples, L_I = E log Q(c|x) + H(c), in nats."""

import math

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
