"""Mixtures of Gaussians with known modes: points to train on, and the truth to judge them by."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from saddlepoint.data.truth import Truth


@dataclass(frozen=True)
class Mixture(Truth):
    """Equally likely Gaussian modes of one width.

    Attributes:
        centres: float64 (k, d) means.
        sigma: standard deviation of every mode along every axis.
    """

    centres: np.ndarray
    sigma: float

    lacking: ClassVar[str] = "needs points from a density with known modes, for example ring8"

    def draw(self, count: int, seed: int | tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        """Return float32 (count, d) points and the int64 (count,) modes that they come from."""
        rng = np.random.default_rng(seed)
        mode = rng.integers(len(self.centres), size=count)
        noise = rng.standard_normal((count, self.centres.shape[1]))
        return (self.centres[mode] + self.sigma * noise).astype(np.float32), mode

    def log_density(self, points: np.ndarray) -> np.ndarray:
        """Return float64 (n,) log p of points (n, d), in nats."""
        square = ((points[:, None, :].astype(np.float64) - self.centres) ** 2).sum(axis=-1) / self.sigma**2
        nearest = square.min(axis=1)
        tail = np.log(np.exp((nearest[:, None] - square) / 2).mean(axis=1))
        return tail - nearest / 2 - points.shape[1] * np.log(self.sigma * np.sqrt(2 * np.pi))
