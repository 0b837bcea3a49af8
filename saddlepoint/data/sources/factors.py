"""Four independent signs, mixed into eight numbers."""

import numpy as np

from saddlepoint.core.hashing import fingerprint
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.request import Request, sources

FACTORS, DIMENSION, NOISE = 4, 8, 0.05
COUNTS = {"train": 20_000, "validation": 2_000, "test": 2_000}
SEED = 19_920_901


@sources.register()
def factors(request: Request) -> Dataset:
    """20,000 points in 8 dimensions, mixed from 4 independent signs: x = Mb + 0.05 ε.

    The columns of M are random and of unit length. The class of a point says its signs: "+--+".
    """
    request.refuse_argument()
    splits = {part: _draw(count, index) for index, (part, count) in enumerate(COUNTS.items())}
    return Dataset(
        name="factors",
        source=request.source,
        kind="points",
        splits=splits,
        classes=tuple("".join("-+"[bit] for bit in _bits(np.array(label))) for label in range(2**FACTORS)),
        fingerprint=fingerprint(*(split.array for split in splits.values())),
    )


def mixing() -> np.ndarray:
    """Return M, float64 (8, 4)."""
    matrix = np.random.default_rng((SEED, 99)).standard_normal((DIMENSION, FACTORS))
    return matrix / np.linalg.norm(matrix, axis=0)


def signs(label: np.ndarray) -> np.ndarray:
    """Return b, int64 (n, 4) of −1 and 1, of classes (n,)."""
    return 2 * _bits(label) - 1


def _draw(count: int, part: int) -> Split:
    rng = np.random.default_rng((SEED, part))
    label = rng.integers(2**FACTORS, size=count)
    points = signs(label) @ mixing().T + NOISE * rng.standard_normal((count, DIMENSION))
    return Split(points.astype(np.float32), label)


def _bits(label: np.ndarray) -> np.ndarray:
    return label[..., None] >> np.arange(FACTORS) & 1
