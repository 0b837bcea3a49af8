"""Figures of games that say how likely examples are: they need the run, not its samples alone."""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from saddlepoint.evaluate.metric import POSITIVE, About, Figure
from saddlepoint.evaluate.statistics import Z

ABOUT: Mapping[str, About] = {
    "elbo": About("higher", "lower bound on the log-likelihood of test examples, nats"),
    "log_likelihood": About("higher", "log-likelihood of test examples, nats"),
    "perplexity": About("lower", "words at random among which a test token is as hard to guess"),
}


def likelihood(nats: np.ndarray, *, bound: bool, error: float = 0.0, truth: np.ndarray | None = None) -> Figure:
    """Return the mean log-likelihood of test examples, or of a bound on it.

    The interval is 1.96 standard errors, over examples and of what all of them share.

    Args:
        nats: (n,) log p(x).
        bound: whether these are bounds.
        error: standard error of what all share, such as an estimated log Z.
        truth: (n,) log-density of the same examples under the distribution that they come from, where known.
    """
    value, count = float(nats.mean()), len(nats)
    reach = Z * math.hypot(float(nats.std(ddof=1)) / math.sqrt(count), error)
    real = None if truth is None else float(truth.mean())
    detail = {"bound": bound, "shared_error": error}
    known = 0 if truth is None else count
    return Figure(value, value - reach, value + reach, count, real, "likelihood", known, detail)


def perplexity(nats: np.ndarray, length: int, truth: np.ndarray | None = None) -> Figure:
    """Return exp(−log p/T), the mean being over tokens: the vocabulary's size for a guess at random.

    Arguments as for :func:`likelihood`; ``length`` is T, the tokens of an example.
    """
    found = likelihood(nats / length, bound=False, truth=None if truth is None else truth / length)
    value, high, low, real = (
        None if one is None else math.exp(-one) for one in (found.value, found.low, found.high, found.real)
    )
    return replace(found, value=value, low=low, high=high, real=real, detail={}, range=POSITIVE)
