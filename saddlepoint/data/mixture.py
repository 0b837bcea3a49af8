"""Mixtures of Gaussians with known modes: points to train on, and the truth to judge them by."""

from dataclasses import dataclass

import numpy as np

from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.request import Request
from saddlepoint.data.splits import fingerprint

COUNTS = {"train": 100_000, "validation": 10_000, "test": 10_000}
SEED = 20_140_610


@dataclass(frozen=True)
class Mixture:
    """Equally likely Gaussian modes of one width.

    Attributes:
        centres: float64 (k, d) means.
        sigma: standard deviation of every mode along every axis.
    """

    centres: np.ndarray
    sigma: float

    def draw(self, count: int, seed: int | tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        """Return float32 (count, d) points and the int64 (count,) modes that they come from."""
        rng = np.random.default_rng(seed)
        mode = rng.integers(len(self.centres), size=count)
        noise = rng.standard_normal((count, self.centres.shape[1]))
        return (self.centres[mode] + self.sigma * noise).astype(np.float32), mode


def dataset(name: str, mixture: Mixture, request: Request) -> Dataset:
    """Return 100,000 training points and 10,000 each to validate and test, always the same ones."""
    splits = {
        part: Split(*mixture.draw(count, (SEED, index))) for index, (part, count) in enumerate(COUNTS.items())
    }
    return Dataset(
        name=name,
        source=request.source,
        kind="points",
        splits=splits,
        classes=tuple(map(str, range(len(mixture.centres)))),
        fingerprint=fingerprint(*(split.array for split in splits.values())),
        mixture=mixture,
    )
