import numpy as np
import pytest
from sklearn.datasets import load_digits

from saddlepoint.data.dataset import Dataset, Split


def arrays(name, images, label, classes):
    """A data set of the first 70 % to train, 10 % to validate and 20 % to test."""
    count = len(images)
    order = np.random.default_rng(0).permutation(count)
    cuts = {"train": order[: count * 7 // 10], "validation": order[count * 7 // 10 : count * 8 // 10]}
    cuts["test"] = order[count * 8 // 10 :]
    splits = {part: Split(images, label, rows) for part, rows in cuts.items()}
    return Dataset(name, name, "images", splits, classes, fingerprint=f"{name}-fingerprint")


@pytest.fixture(scope="session")
def digits():
    images, label = load_digits(return_X_y=True)
    images = np.round(images.reshape(-1, 8, 8, 1) * 255 / 16).astype(np.uint8)
    return arrays("digits", images, label.astype(np.int64), tuple("0123456789"))


@pytest.fixture
def rng():
    return np.random.default_rng(20_240_607)
