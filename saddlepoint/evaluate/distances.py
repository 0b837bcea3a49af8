"""Euclidean distances between many vectors, in blocks that bound memory."""

from collections.abc import Iterator

import numpy as np

_ENTRIES = 1 << 24  # of a block of distances: 128 MB in float64
_ROWS = 4096  # of the second set that nearest() takes at a time
_MIDDLE = 500  # rows, about, that the middle of a set is taken from
_EXACT = 256  # dimensions up to which float64 products are cheap


def blocks(a: np.ndarray, b: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield (rows of a, float64 squared distances (rows, m)) of a (n, f) against all of b (m, f)."""
    for rows, square, *_ in _blocks(a, b):
        yield rows, square


def closest(a: np.ndarray, b: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield as :func:`blocks` does, less what rounding may have added.

    A sum of f products is off by up to f half units in the last place of the two vectors' squared lengths.
    Balls with a radius to the k-th neighbour are closed by this: one around repeated points has the radius 0
    and holds their copies. Each pair has its own, so that one point far outside lets no other in.
    """
    unit = 4 * a.shape[1] * float(np.finfo(np.float64).eps)
    for rows, square, own, norm in _blocks(a, b):
        square -= unit * np.maximum(own[:, None], norm)
        yield rows, square


def _blocks(a: np.ndarray, b: np.ndarray) -> Iterator[tuple[slice, np.ndarray, np.ndarray, np.ndarray]]:
    """Yield rows of a, squared distances to b, and squared lengths of these rows and of b."""
    # Distances do not change when both are moved, and products of small numbers round less.
    centre = _centre(b)
    right = b - centre
    norm = np.einsum("ij,ij->i", right, right)
    for rows in row_blocks(len(a), len(b)):
        left = a[rows] - centre
        own = np.einsum("ij,ij->i", left, left)
        yield rows, _square(left, right, own, norm), own, norm


def _centre(x: np.ndarray) -> np.ndarray:
    """Return where most rows of x (n, f) lie, float64 (f,): a few far outside move a mean, and not this."""
    return np.median(x[:: max(1, len(x) // _MIDDLE)].astype(np.float64), axis=0)


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
    """Return (index, distance) of the row of b (m, f) that is nearest to each row of a (n, f).

    b may be large: it is taken in blocks. Over 256 dimensions candidates are found in float32; the
    distances returned are exact.
    """
    dtype = np.float32 if a.shape[1] > _EXACT else np.float64
    centre = _centre(b[:_ROWS])
    left = (a - centre).astype(dtype)
    index, best = np.zeros(len(a), np.int64), np.full(len(a), np.inf)
    for start in range(0, len(b), _ROWS):
        right = (b[start : start + _ROWS] - centre).astype(dtype)
        norm = np.einsum("ij,ij->i", right, right)
        for rows in row_blocks(len(a), len(right)):
            own = np.einsum("ij,ij->i", left[rows], left[rows])
            square = _square(left[rows], right, own, norm)
            found = square.argmin(axis=1)
            smallest = square[np.arange(len(square)), found]
            closer = smallest < best[rows]
            index[rows] = np.where(closer, start + found, index[rows])
            best[rows] = np.where(closer, smallest, best[rows])
    gaps = (a[rows].astype(np.float64) - b[index[rows]] for rows in row_blocks(len(a), a.shape[1]))
    return index, np.concatenate([np.sqrt(np.einsum("ij,ij->i", gap, gap)) for gap in gaps])


def nearest_few(a: np.ndarray, b: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (index, distance), each (n, k), of the k rows of b (m, f) nearest to each row of a (n, f).

    The nearest comes first. b is taken in blocks of rows; equal distances go to the earlier row.
    """
    index, square = np.empty((len(a), 0), np.int64), np.empty((len(a), 0))
    for start in range(0, len(b), _ROWS):
        part = b[start : start + _ROWS].astype(np.float64)
        new = np.concatenate([np.square(part - row).sum(1)[None] for row in a.astype(np.float64)])
        rows = np.broadcast_to(np.arange(start, start + len(part)), new.shape)
        index, square = np.concatenate([index, rows], 1), np.concatenate([square, new], 1)
        best = square.argsort(1, kind="stable")[:, :k]
        index, square = np.take_along_axis(index, best, 1), np.take_along_axis(square, best, 1)
    return index, np.sqrt(square)


def _square(left: np.ndarray, right: np.ndarray, own: np.ndarray, norm: np.ndarray) -> np.ndarray:
    """Return squared distances of all rows of ``left`` to all of ``right``, given their squared lengths."""
    square = left @ right.T
    square *= -2
    square += own[:, None]
    square += norm
    return np.maximum(square, 0, out=square)
