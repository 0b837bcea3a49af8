"""Distance of words, and of pairs of words, between sequences."""

import numpy as np

from saddlepoint.evaluate.features import Features
from saddlepoint.evaluate.metric import SHARE, About, Figure, Inputs, metric
from saddlepoint.evaluate.statistics import around

MOST = 10_000  # sequences
_REPLICATES = 50


@metric(
    figures={
        "unigrams": About("real", "distance of the shares of words, from 0 to 1"),
        "bigrams": About("real", "distance of the shares of pairs of neighbours, from 0 to 1"),
    },
    kinds=("tokens",),
    least=10,
    most=MOST,
    cheap=True,
    floor=False,
)
def ngrams(inputs: Inputs) -> dict[str, Figure]:
    """Total variation distance of shares of words, and of pairs of words: half the sum of differences.

    Few sequences have large distances by chance, so that samples, training and held-out sequences are cut to
    one number; what the held-out ones score stands beside the value. The interval is 1.96 standard deviations
    over resampled samples.
    """
    count = min(map(len, filter(len, (inputs.fake, inputs.real, inputs.heldout))))
    found = {}
    for name, order in (("unigrams", 1), ("bigrams", 2)):
        fake, real, held = (grams(v.head(count), order) for v in (inputs.fake, inputs.real, inputs.heldout))
        value = distance(fake.ravel(), real.ravel())
        rows = inputs.rng.integers(len(fake), size=(_REPLICATES, len(fake)))
        spread = np.array([distance(fake[index].ravel(), real.ravel()) for index in rows])
        floor = distance(held.ravel(), real.ravel()) if len(held) else None
        ends = around(value, spread)
        found[name] = Figure(
            value, *ends, count, encoder="tokens", real=floor, real_samples=len(held), range=SHARE
        )
    return found


def grams(view: Features, order: int) -> np.ndarray:
    """Return int64 (n, t − order + 1): a number for each run of ``order`` tokens."""
    tokens = view.pixels.astype(np.int64)
    length = tokens.shape[1] - order + 1
    number = np.zeros((len(tokens), length), np.int64)
    for place in range(order):
        number = number * np.int64(1 << 20) + tokens[:, place : place + length]
    return number


def distance(x: np.ndarray, y: np.ndarray) -> float:
    """Return the total variation distance of the shares of equal numbers in x and y, in [0, 1]."""
    values, place = np.unique(np.concatenate([x, y]), return_inverse=True)
    counts = [np.bincount(part, minlength=len(values)) for part in (place[: len(x)], place[len(x) :])]
    return float(np.abs(counts[0] / len(x) - counts[1] / len(y)).sum() / 2)
