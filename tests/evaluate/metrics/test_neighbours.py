import numpy as np
import pytest
from prdc import compute_prdc

from saddlepoint.evaluate.distances import blocks, nearest, nearest_few, neighbour_radius
from saddlepoint.evaluate.metrics.density_coverage import K, neighbourhoods
from saddlepoint.evaluate.metrics.precision_recall import shares


def expected_coverage(fake: int, real: int, k: int = K) -> float:
    """Return the expected coverage of ``real`` images by ``fake`` samples of the same distribution."""
    j = np.arange(1, k + 1)
    return float(1 - np.prod((real - j) / (fake + real - j)))


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr("saddlepoint.evaluate.distances._ENTRIES", 1000)
    monkeypatch.setattr("saddlepoint.evaluate.distances._ROWS", 17)


@pytest.mark.usefixtures("small_blocks")
def test_distances_agree_with_differences(rng):
    a, b = rng.normal(5, 2, size=(37, 9)), rng.normal(5, 2, size=(61, 9))
    found = np.concatenate([square for _, square in blocks(a, b)])
    np.testing.assert_allclose(found, ((a[:, None] - b) ** 2).sum(-1), rtol=1e-9, atol=1e-9)


@pytest.mark.usefixtures("small_blocks")
def test_nearest_and_radius(rng):
    a, b = rng.normal(size=(40, 300)), rng.normal(size=(70, 300))
    exact = np.sqrt(((a[:, None] - b) ** 2).sum(-1))
    index, distance = nearest(a, b)
    np.testing.assert_array_equal(index, exact.argmin(1))
    np.testing.assert_allclose(distance, exact.min(1), rtol=1e-9)
    own = np.sort(((b[:, None] - b) ** 2).sum(-1), axis=1)
    np.testing.assert_allclose(neighbour_radius(b, 4), own[:, 4], rtol=1e-9)


@pytest.mark.usefixtures("small_blocks")
def test_the_nearest_few_in_order(rng):
    a, b = rng.integers(0, 256, (5, 40)).astype(np.uint8), rng.integers(0, 256, (70, 40)).astype(np.uint8)
    b[60] = b[3]  # equal rows: the earlier one first
    a[0] = b[3]
    exact = np.sqrt(((a[:, None].astype(float) - b) ** 2).sum(-1))
    index, distance = nearest_few(a, b, 4)
    np.testing.assert_array_equal(index, exact.argsort(1, kind="stable")[:, :4])
    np.testing.assert_allclose(distance, np.sort(exact, 1)[:, :4])
    assert list(index[0, :2]) == [3, 60]


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("shift", [0.0, 0.4])
def test_agrees_with_the_prdc_package(rng, shift):
    real, fake = rng.normal(size=(160, 8)), rng.normal(shift, 0.9, size=(140, 8))
    three = compute_prdc(real_features=real, fake_features=fake, nearest_k=3)
    five = compute_prdc(real_features=real, fake_features=fake, nearest_k=5)
    precision, recall = shares(fake, real, 3)
    inside, covered = neighbourhoods(fake, real, 5)
    assert precision == pytest.approx(three["precision"], abs=1e-12)
    assert recall == pytest.approx(three["recall"], abs=1e-12)
    assert inside.mean() / 5 == pytest.approx(five["density"], abs=1e-12)
    assert covered.mean() == pytest.approx(five["coverage"], abs=1e-12)


@pytest.mark.parametrize(("n", "expected"), [(10_000, 0.96877), (1000, 0.96898)])
def test_expected_coverage(n, expected):
    assert expected_coverage(n, n) == pytest.approx(expected, abs=1e-5)


def test_identical_gaussians_have_density_one_and_the_expected_coverage():
    rng = np.random.default_rng(3)
    found = [neighbourhoods(rng.normal(size=(500, 12)), rng.normal(size=(500, 12)), 5) for _ in range(12)]
    density = [inside.mean() / 5 for inside, _ in found]
    coverage = [covered.mean() for _, covered in found]
    # Four standard errors of the mean over twelve draws, from the draws themselves.
    assert np.mean(density) == pytest.approx(1, abs=4 * np.std(density, ddof=1) / np.sqrt(12))
    assert np.mean(coverage) == pytest.approx(
        expected_coverage(500, 500), abs=4 * np.std(coverage, ddof=1) / np.sqrt(12)
    )
    assert np.std(density, ddof=1) < 0.1


def test_unequal_counts_too():
    rng = np.random.default_rng(4)
    coverage = [
        neighbourhoods(rng.normal(size=(300, 6)), rng.normal(size=(600, 6)), 5)[1].mean() for _ in range(12)
    ]
    expected = expected_coverage(300, 600)
    assert np.mean(coverage) == pytest.approx(expected, abs=4 * np.std(coverage, ddof=1) / np.sqrt(12))
    assert expected < expected_coverage(600, 600) - 0.05


def test_repeated_sets_lie_in_their_own_regions(rng):
    """Five copies of each point: the third neighbour is a copy, every radius is 0, and rounding is not."""
    once = rng.normal(1000, 1, size=(60, 64)).astype(np.float32)
    five = np.repeat(once, 5, axis=0)[rng.permutation(300)]
    assert shares(five, five, 3) == (1, 1)
    assert shares(once, five, 3)[0] == 1
    assert shares(once + np.float32(0.5), five, 3)[0] == 0
    depth, covered = neighbourhoods(five, five, 4)
    assert covered.all()
    np.testing.assert_array_equal(depth, 5)  # the balls of its five copies


def test_a_distance_equal_to_the_radius_is_inside():
    """Integers on a line have balls of radius 1, which hold 5 and not 5.5; samples' balls are half as large."""
    real = np.arange(5.0)[:, None]
    fake = np.array([[5.0], [5.5], [6.0]])
    assert shares(fake, real, 1) == (pytest.approx(1 / 3), 0)
    depth, covered = neighbourhoods(fake, real, 1)
    np.testing.assert_array_equal(depth, [1, 0, 0])
    np.testing.assert_array_equal(covered, [0, 0, 0, 0, 1])
    assert shares(real, fake, 1) == (0, pytest.approx(1 / 3))


def test_a_real_image_far_outside_lets_nothing_in():
    """What used to happen: rounding at 1e9 closed every ball, and noise had a precision of 1."""
    rng = np.random.default_rng(5)
    real, fake = rng.normal(size=(200, 2)), rng.normal(30, 0.01, size=(200, 2))
    real[0] = -1e9
    assert shares(fake, real, 3)[0] == 0
    assert not neighbourhoods(fake, real, 5)[1].any()


@pytest.mark.parametrize("centre", [0.0, 1e6])
def test_points_far_from_all_others_leave_their_radius_as_it_is(rng, centre):
    """The mean of these is about 5e6 from where most lie, and a square of that has lost what a radius is."""
    x = rng.normal(centre, 1e-3, size=(200, 3))
    exact = np.sort(np.square(x[:, None] - x).sum(-1), axis=1)[:, 4]
    far = np.concatenate([x, np.full((1, 3), 1e9)])
    np.testing.assert_allclose(neighbour_radius(far, 4)[:-1], exact, rtol=1e-6)


def test_a_sample_far_outside_lets_no_other_one_in():
    """Rounding at 1e9 is far more than the distance between the others, which are 30 from all real images."""
    rng = np.random.default_rng(5)
    real, fake = rng.normal(size=(200, 2)), rng.normal(30, 0.01, size=(200, 2))
    inside = fake.copy()
    inside[1] = real[1]
    for samples, expected in ((fake, 0), (inside, 1 / 200)):
        samples[0] = -1e9
        assert shares(samples, real, 3)[0] == expected
        depth, covered = neighbourhoods(samples, real, 5)
        assert (depth > 0).mean() == expected
        assert covered.any() == bool(expected)
