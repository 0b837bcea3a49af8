"""Noise with a known correlation: sounds small enough that a network learns them in a minute."""

import numpy as np

from saddlepoint.core.hashing import fingerprint
from saddlepoint.core.kinds import FULL
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.request import Request, sources

WINDOW = 8
LENGTH, RATE = 64, 8_000
LOUDNESS = 0.2  # standard deviation; the largest of these samples stay below 1
COUNTS = {"train": 20_000, "validation": 2_000, "test": 2_000}
SEED = 20_140_611


@sources.register()
def ma8(request: Request) -> Dataset:
    """20,000 sounds of noise, averaged over a moving window of 8: autocorrelation 1 − k/8, then 0.

    64 samples each, normal, with standard deviation 0.2; 2,000 more each to validate and to test; always the
    same ones. A toy of the sound GAN of jacotar, for which everything is known.
    """
    request.refuse_argument()
    splits = {part: Split(_drawn(count, (SEED, index))) for index, (part, count) in enumerate(COUNTS.items())}
    mark = fingerprint(*(split.array for split in splits.values()))
    return Dataset("ma8", request.source, "waves", splits, fingerprint=mark, rate=RATE)


def _drawn(count: int, seed: tuple[int, ...]) -> np.ndarray:
    """Return int16 (count, 1, 64) sounds."""
    noise = np.random.default_rng(seed).standard_normal((count, LENGTH + WINDOW - 1))
    total = np.cumsum(np.pad(noise, ((0, 0), (1, 0))), axis=1)
    means = (total[:, WINDOW:] - total[:, :-WINDOW]) * (LOUDNESS / WINDOW**0.5)  # of unit noise, scaled
    return np.rint(means * FULL).clip(-FULL, FULL - 1).astype(np.int16)[:, None]
