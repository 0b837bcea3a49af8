"""Data sets for metrics that look at no more of them than their names."""

import numpy as np

from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.truth import Truth


def toy(classes: tuple[str, ...] = (), *, kind: str = "images", truth: Truth | None = None) -> Dataset:
    """Return a data set of one black pixel."""
    split = Split(np.zeros((1, 1, 1, 1), np.uint8))
    return Dataset("toy", "toy", kind, {"train": split}, classes, truth=truth)
