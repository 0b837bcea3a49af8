import numpy as np
import pytest

from saddlepoint.plots.canvas import GENERATOR
from saddlepoint.plots.scatter import SIDE, points_image

ORANGE = np.array([int(GENERATOR[i : i + 2], 16) for i in (1, 3, 5)])


def cloud(n, d, seed=0, centre=0.0):
    return np.random.default_rng(seed).normal(centre, 1.0, (n, d))


def orange(picture):
    """Return (row, column) of pixels that show samples, without the title's line."""
    pixels = np.asarray(picture).astype(int)
    found = np.argwhere((pixels[..., 0] > pixels[..., 2] + 80) & (pixels[..., 0] > 110))
    return found[found[:, 0] > 60]


@pytest.mark.parametrize("d", [1, 2, 5])
@pytest.mark.parametrize("with_real", [True, False])
def test_every_picture_has_one_size(d, with_real):
    picture = points_image(cloud(300, d), cloud(400, d, 1) if with_real else None, title="step 1,200")
    assert picture.mode == "RGB"
    assert picture.size == (SIDE, SIDE)
    assert len(orange(picture)) > 100


@pytest.mark.parametrize("d", [1, 2, 5])
def test_the_same_points_make_the_same_picture(d):
    assert points_image(cloud(50, d)).tobytes() == points_image(cloud(50, d)).tobytes()


def test_a_point_lies_where_its_coordinates_say():
    limits = ((0.0, 10.0), (0.0, 10.0))
    at = {
        xy: orange(points_image(np.array([xy]), limits=limits)).mean(axis=0) for xy in [(2, 2), (8, 2), (2, 5)]
    }
    right, up = at[8, 2] - at[2, 2], at[2, 5] - at[2, 2]
    assert right[0] == pytest.approx(0, abs=1)
    assert up[1] == pytest.approx(0, abs=1)
    assert up[0] == pytest.approx(-right[1] / 2, abs=1)  # equal axes: 3 up are half of 6 to the right
    assert right[1] == pytest.approx(0.6 * 0.80 * SIDE, abs=2)


def test_the_denser_the_darker():
    rng = np.random.default_rng(0)
    dense, sparse = rng.normal((-2, 0), 0.05, (400, 2)), rng.normal((2, 0), 0.5, (40, 2))
    picture = points_image(np.concatenate([dense, sparse]), limits=((-4.0, 4.0), (-4.0, 4.0)))
    pixels = np.asarray(picture).astype(int)
    at = orange(picture)
    brightness = pixels[at[:, 0], at[:, 1]].sum(axis=1)
    left = at[:, 1] < SIDE / 2
    assert brightness[left].min() < 250 < np.median(brightness[~left])


def test_true_modes_stay_visible_above_samples():
    modes = np.array([[-1.0, 0.0], [1.0, 0.0]])
    heap = np.random.default_rng(0).normal((1, 0), 0.1, (3000, 2))
    limits = ((-2.0, 2.0), (-2.0, 2.0))
    without = np.asarray(points_image(heap, limits=limits)).astype(int)
    marked = np.asarray(points_image(heap, modes=modes, reach=0.2, limits=limits)).astype(int)
    changed = np.argwhere(np.abs(marked - without).sum(axis=-1) > 200)
    changed = changed[changed[:, 0] > 60]
    row, columns = 0.5 * (1 - 0.09 + 1 - 0.89) * SIDE, [(0.11 + 0.85 * part) * SIDE for part in (0.25, 0.75)]
    radius = 0.2 / 4 * 0.8 * SIDE  # equal axes: 80 % of the height are 4 units
    for column in columns:
        mine = changed[np.abs(changed[:, 1] - column) < 60]
        distance = np.hypot(mine[:, 0] - row, mine[:, 1] - SIDE / 2 - (column - SIDE / 2) * 0.8 / 0.85)
        assert len(mine) > 40
        assert np.median(distance) == pytest.approx(radius, abs=2.5)


def test_a_title_and_the_key_do_not_touch():
    image = points_image(
        cloud(50, 2), cloud(50, 2), modes=np.zeros((1, 2)), title="mlp_gan-ring8-0001, step 12,000"
    )
    dark = np.asarray(image).max(axis=-1)[:50] < 150
    rows = np.flatnonzero(dark.any(axis=1))
    assert np.diff(rows).max() > 1, "an empty line lies between title and key"


def test_the_view_follows_real_points_and_not_samples():
    real = cloud(200, 2, 1)
    near, far = cloud(200, 2), cloud(200, 2)
    far[:100] += 1e9
    alone, both = (orange(points_image(samples, real)) for samples in (near[100:], far))
    np.testing.assert_array_equal(alone[alone[:, 0] > 100], both[both[:, 0] > 100])
    assert len(alone[alone[:, 0] > 100]) > 100


def test_points_outside_and_not_finite_are_counted():
    limits = ((-1.0, 1.0), (-1.0, 1.0))
    inside = np.zeros((4, 2))
    half = np.array([[0, 0], [0, 0], [5, 5], [np.nan, 0]])
    corner = (slice(50, 90), slice(300, 470))
    assert (np.asarray(points_image(inside, limits=limits))[corner] > 220).all()
    assert (np.asarray(points_image(half, limits=limits))[corner] < 220).any()


def test_principal_axes_show_what_varies_most():
    rng = np.random.default_rng(0)
    real = rng.normal(0, 1, (500, 5)) * [0.01, 8, 0.01, 2, 0.01]
    spread = np.ptp(orange(points_image(real, real)), axis=0)
    assert spread[1] > 2 * spread[0] > 20


def test_identical_points_are_drawn():
    for d in (1, 2, 5):
        assert len(orange(points_image(np.ones((20, d)), np.ones((20, d))))) > 5


@pytest.mark.parametrize(
    ("samples", "real", "message"),
    [
        (np.zeros(5), None, r"samples must have the shape \(n, d\).*\(5,\)"),
        (np.zeros((0, 2)), None, "at least 1"),
        (np.zeros((3, 2)), np.zeros((3, 2, 1)), "real points must have the shape"),
        (np.zeros((3, 2)), np.zeros((3, 1)), "samples have 2 dimensions, but real points 1"),
        (np.full((3, 2), np.nan), None, "none of the 3 samples is finite"),
    ],
)
def test_bad_points_are_refused(samples, real, message):
    with pytest.raises(ValueError, match=message):
        points_image(samples, real)
