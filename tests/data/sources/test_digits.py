import numpy as np
from sklearn.datasets import load_digits

from saddlepoint.data import load


def test_digits_are_scikit_learns():
    data, expected = load("digits"), load_digits()
    array = data.train.array
    assert array.dtype == np.uint8
    assert array.shape == (1797, 8, 8, 1)
    np.testing.assert_array_equal(np.rint(array[..., 0] * (16 / 255)), expected["images"])  # type: ignore[index]
    np.testing.assert_array_equal(data.train.label, expected["target"])  # type: ignore[index]
    assert (array.min(), array.max()) == (0, 255)


def test_digits_have_three_disjoint_splits():
    rows = [split.rows for split in load("digits").splits.values()]
    assert sorted(np.concatenate(rows)) == list(range(1797))  # type: ignore[arg-type]
