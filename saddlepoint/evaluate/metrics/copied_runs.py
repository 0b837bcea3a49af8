"""Runs of tokens that samples share with the training data: how much is copied."""

import numpy as np

from saddlepoint.evaluate.metric import POSITIVE, About, Figure, Inputs, metric
from saddlepoint.evaluate.statistics import Z

MOST = 1_000  # sequences
BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no token is lost


@metric(
    figures={"copied_run": About("real", "tokens of a sample's longest run that stands in the training data")},
    kinds=("tokens",),
    least=10,
    most=MOST,
)
def copied_runs(inputs: Inputs) -> dict[str, Figure]:
    """Mean length of the longest run of tokens of each of 1,000 samples that stands in a training sequence.

    Held-out sequences share runs with training ones too, all that is usual in the language: more than theirs is
    copied. The detail has for each length how many of the samples' runs stand in the training data, and how
    many there are. The interval is 1.96 standard errors over samples.
    """
    fake, real = inputs.fake.pixels, inputs.real.pixels
    longest = np.zeros(len(fake), np.int64)
    detail = {}
    for order, found in enumerate(shared_runs(fake, real), start=1):
        longest[found.any(1)] = order
        detail[str(order)] = [int(found.sum()), found.size]
    value, reach = float(longest.mean()), Z * float(longest.std(ddof=1)) / len(fake) ** 0.5
    ends = (value - reach, value + reach)
    return {"copied_run": Figure(value, *ends, len(fake), detail=detail, encoder="tokens", range=POSITIVE)}


def shared_runs(fake: np.ndarray, real: np.ndarray) -> list[np.ndarray]:
    """Return for 1, 2, … tokens whether runs of so many of ``fake`` stand in ``real``, as long as any does.

    Runs are told by 64-bit hashes: that any two of a million are mistaken for each other has a chance of 1e−7.

    Args:
        fake: (n, t) tokens.
        real: (m, t) tokens.

    Returns:
        Of order k (n, t − k + 1) booleans.
    """
    runs, theirs = _hashed(fake), _hashed(real)
    found: list[np.ndarray] = []
    for order in range(1, fake.shape[1] + 1):
        if order > 1:
            runs, theirs = (_longer(one, tokens, order) for one, tokens in ((runs, fake), (theirs, real)))
        known = np.isin(runs, theirs)
        if not known.any():
            break
        found.append(known)
    return found


def _hashed(tokens: np.ndarray) -> np.ndarray:
    """Return uint64 (n, t), a number that looks random for each token."""
    mixed = (tokens.astype(np.uint64) + np.uint64(1)) * BASE
    return (mixed ^ (mixed >> np.uint64(29))) * BASE


def _longer(runs: np.ndarray, tokens: np.ndarray, order: int) -> np.ndarray:
    """Return the hashes (n, t − order + 1) of runs of ``order`` tokens from those of runs one shorter."""
    longer = runs[:, :-1] * BASE + _hashed(tokens[:, order - 1 :])
    return (longer ^ (longer >> np.uint64(31))) * BASE
