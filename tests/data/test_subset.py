import numpy as np
import pytest

from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.subset import part_of, random_part


@pytest.mark.parametrize(("count", "most"), [(10, 3), (10, 10), (3, 10), (1, 1), (0, 5)])
def test_a_part_holds_each_example_once_and_repeats(count, most):
    part = random_part(count, most, seed=5)
    assert len(part) == min(count, most) == len(set(part.tolist()))
    assert set(part.tolist()) <= set(range(count))
    np.testing.assert_array_equal(part, random_part(count, most, seed=5))


def test_a_part_is_spread_over_the_whole():
    """Of 10,000 drawn from 100,000 each tenth holds a thousand; four standard deviations are 114."""
    tenths = np.bincount(random_part(100_000, 10_000) // 10_000, minlength=10)
    assert np.abs(tenths - 1000).max() < 4 * np.sqrt(1000 * 0.9 * 0.9)
    assert not np.array_equal(random_part(100, 10, seed=0), random_part(100, 10, seed=1))


def test_both_counts_are_told():
    assert part_of(10_000, 60_000, "images") == "10,000 of 60,000 images, drawn at random, seed 0"


def test_the_mean_of_a_set_in_order_is_that_of_the_whole():
    """Black images first, white ones last: the mean of 10,000 lies within four standard errors of a half."""
    array = np.repeat(np.array([0, 255], np.uint8), 20_000)[:, None, None, None]
    data = Dataset("sorted", "sorted", "images", {"train": Split(array)})
    assert data.spec.mean is not None
    assert data.spec.mean().item() == pytest.approx(0.5, abs=4 * 0.5 / 100)
