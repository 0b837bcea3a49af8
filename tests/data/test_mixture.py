import numpy as np
import pytest

from saddlepoint.core.errors import UserError
from saddlepoint.data import load
from saddlepoint.data.mixture import Mixture


@pytest.mark.parametrize(
    ("name", "modes", "dimensions"),
    [("ring8", 8, 2), ("grid25", 25, 2), ("mixture1d", 2, 1)]
    + [(name, 100, 2) for name in ("grid100", "rings100", "random100")],
)
def test_points_follow_their_mixture(name, modes, dimensions):
    data = load(name)
    points, label, mixture = data.train.array, data.train.label, data.truth
    assert label is not None
    assert isinstance(mixture, Mixture)
    assert points.shape == (100_000, dimensions)
    assert points.dtype == np.float32
    assert len(data.classes) == len(np.unique(mixture.centres, axis=0)) == modes
    residual = (points - mixture.centres[label]) / mixture.sigma
    # Six standard errors of mean, variance and share.
    np.testing.assert_allclose(residual.mean(axis=0), 0, atol=6 / 100_000**0.5)
    np.testing.assert_allclose(residual.var(axis=0), 1, atol=6 * (2 / 100_000) ** 0.5)
    share = np.bincount(label, minlength=modes) / 100_000
    np.testing.assert_allclose(share, 1 / modes, atol=6 * (1 / modes / 100_000) ** 0.5)


def test_ring_and_grid_are_where_the_papers_put_them():
    ring, grid = load("ring8").truth, load("grid25").truth
    assert isinstance(ring, Mixture)
    assert isinstance(grid, Mixture)
    np.testing.assert_allclose(np.linalg.norm(ring.centres, axis=1), 1)
    gaps = np.linalg.norm(ring.centres - np.roll(ring.centres, 1, axis=0), axis=1)
    np.testing.assert_allclose(gaps, 2 * np.sin(np.pi / 8))
    assert {tuple(c) for c in grid.centres} == {(x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)}
    assert (ring.sigma, grid.sigma) == (0.01, 0.05)


def test_a_hundred_modes_lie_where_their_layout_says():
    def least(name):
        mixture = load(name).truth
        assert isinstance(mixture, Mixture)
        assert mixture.sigma == 0.05
        apart = np.linalg.norm(mixture.centres[:, None] - mixture.centres, axis=2)
        return apart[~np.eye(100, dtype=bool)].min()

    assert least("grid100") == pytest.approx(2)
    assert least("rings100") == pytest.approx(2 * 1.5 * np.sin(np.pi / 10))
    assert 0.7 <= least("random100") < 0.8


def test_points_are_the_same_every_time_and_differ_between_splits():
    one, two = load("ring8"), load("ring8")
    assert one.fingerprint == two.fingerprint
    np.testing.assert_array_equal(one.train.array, two.train.array)
    assert not np.array_equal(one.train.array[:10_000], one.splits["test"].array)


def test_centres_can_be_given():
    mixture = load("mixture1d:-3,0,3").truth
    assert isinstance(mixture, Mixture)
    assert mixture.centres.ravel().tolist() == [-3, 0, 3]


@pytest.mark.parametrize("centres", ["", "a,b", "1,,2", "nan", "inf"])
def test_centres_that_are_no_numbers(centres):
    with pytest.raises(UserError, match="write numbers"):
        load(f"mixture1d:{centres}")


def test_a_balanced_subset_has_every_mode_equally():
    data = load("grid25@250")
    assert data.train.label is not None
    _, label = data.train.take(np.arange(250))
    assert np.bincount(label).tolist() == [10] * 25  # type: ignore[arg-type]
