"""Euclidean distances between many vectors, in blocks that bound memory."""

from collections.abc import Iterator

import numpy as np

_ENTRIES = 1 << 24  # of a block of distances: 128 MB in float64
_EXACT = 256  # dimensions up to which float64 products are cheap


def blocks(a: np.ndarray, b: np.ndarray, *, quick: bool = False) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield (rows of a, squared distances (rows, m)) of a (n, f) against all of b (m, f).

    Args:
        a: any real numbers.
        b: any real numbers.
        quick: multiply in float32 where f exceeds 256: twice as fast, for nearest neighbours of pixels.
    """
    dtype = np.float32 if quick and a.shape[1] > _EXACT else np.float64
    # Distances do not change when both are moved, and products of small numbers round less.
    centre = b[:: max(1, len(b) // 1000)].mean(axis=0, dtype=np.float64)
    right = (b - centre).astype(dtype)
    norm = np.einsum("ij,ij->i", right, right)
    for rows in row_blocks(len(a), len(b)):
        left = (a[rows] - centre).astype(dtype)
        square = left @ right.T
        square *= -2
        square += np.einsum("ij,ij->i", left, left)[:, None]
        square += norm
        yield rows, np.maximum(square, 0, out=square)


def row_blocks(count: int, width: int) -> Iterator[slice]:
    """Yield slices over ``count`` rows such that a block with ``width`` columns takes at most 128 MB."""
    step = max(1, _ENTRIES // max(1, width))
    for start in range(0, count, step):
        yield slice(start, min(start + step, count))


def neighbour_radius(x: np.ndarray, k: int) -> np.ndarray:
    """Return float64 (n,) squared distance from each row of x to its k-th nearest other row."""
    radius = np.empty(len(x))
    for rows, square in blocks(x, x):
        # Rounding must not make a point a stranger to itself.
        square[np.arange(len(square)), np.arange(rows.start, rows.stop)] = 0
        radius[rows] = np.partition(square, k, axis=1)[:, k]
    return radius


def nearest(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (index, distance) of the row of b (m, f) that is nearest to each row of a (n, f)."""
    index, distance = np.empty(len(a), np.int64), np.empty(len(a))
    for rows, square in blocks(a, b, quick=True):
        index[rows] = square.argmin(axis=1)
        gap = a[rows].astype(np.float64) - b[index[rows]]
        distance[rows] = np.sqrt(np.einsum("ij,ij->i", gap, gap))
    return index, distance
