"""How many images of a split are there again, pixel for pixel."""

import numpy as np

from saddlepoint.core.hashing import row_keys
from saddlepoint.data.dataset import Split

_BLOCK = 4096  # images that are in memory at once


def count_repeats(split: Split) -> int:
    """Return how many images of a split equal an earlier one in all pixels; three equal ones are two repeats.

    Only images that share their middle line with another are read whole, so that large files stay on the disk.

    Args:
        split: uint8 (n, h, w, c) images.
    """
    array = np.asarray(split.array)
    rows = np.arange(len(array)) if split.rows is None else split.rows
    suspects = rows[_shared(row_keys(array[rows, array.shape[1] // 2]))]
    blocks = [row_keys(array[suspects[i : i + _BLOCK]]) for i in range(0, len(suspects), _BLOCK)]
    keys = np.concatenate(blocks) if blocks else np.zeros(0, np.uint64)
    return len(keys) - len(np.unique(keys))


def _shared(keys: np.ndarray) -> np.ndarray:
    """Return a mask of the keys that occur more than once."""
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    return counts[inverse] > 1
