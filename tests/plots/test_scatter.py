import numpy as np
import pytest

from saddlepoint.plots.canvas import GENERATOR
from saddlepoint.plots.scatter import SIDE, points_figure, points_image
from tests.layout import crowded, words

ORANGE = np.array([int(GENERATOR[i : i + 2], 16) for i in (1, 3, 5)])


def cloud(n, d, seed=0, centre=0.0):
    return np.random.default_rng(seed).normal(centre, 1.0, (n, d))


def orange(picture):
    """Return (row, column) of pixels that show samples, without title and key."""
    pixels = np.asarray(picture).astype(int)
    found = np.argwhere((pixels[..., 0] > pixels[..., 2] + 80) & (pixels[..., 0] > 110))
    return found[found[:, 0] > 70]


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


def square(half):
    """Return real points whose view reaches a little further than from -half to half."""
    return np.array([(-half, -half), (half, half)], float)


def test_a_point_lies_where_its_coordinates_say():
    def shown(xy):
        (place,) = points_figure(np.array([xy], float), square(5)).axes
        return place.transData.transform(place.collections[1].get_offsets())[0]

    origin, right, up = shown((-3, -3)), shown((3, -3)), shown((-3, 0))
    assert right[1] == pytest.approx(origin[1])
    assert up[0] == pytest.approx(origin[0])
    assert right[0] - origin[0] == pytest.approx(2 * (up[1] - origin[1])), "axes are equal"
    pixels = orange(points_image(np.array([(3.0, -3.0)]), square(5))).mean(axis=0)
    assert pixels == pytest.approx([SIDE - right[1], right[0]], abs=1)


@pytest.mark.parametrize("d", [2, 5])
def test_paths_are_lines_through_their_samples(d):
    paths = cloud(12, d).reshape(3, 4, d)
    (place,) = points_figure(paths.reshape(-1, d), cloud(50, d, 1), paths=paths).axes
    dots = np.asarray(place.collections[1].get_offsets())
    lines = [line for line in (np.asarray(line.get_xydata()) for line in place.lines) if len(line) == 4]
    assert len(lines) == 3
    for corner in np.concatenate(lines):
        assert np.abs(dots - corner).sum(axis=1).min() < 1e-9


def test_a_histogram_has_no_paths():
    paths = cloud(12, 1).reshape(3, 4, 1)
    assert (
        points_image(paths.reshape(-1, 1), paths=paths).tobytes()
        == points_image(paths.reshape(-1, 1)).tobytes()
    )


def test_the_denser_the_darker():
    rng = np.random.default_rng(0)
    dense, sparse = rng.normal((-2, 0), 0.05, (400, 2)), rng.normal((2, 0), 0.5, (40, 2))
    (place,) = points_figure(np.concatenate([dense, sparse]), square(4)).axes
    drawn = place.collections[1]
    brightness = np.asarray(drawn.get_facecolor())[:, :3].sum(axis=1)
    left = np.asarray(drawn.get_offsets())[:, 0] < 0
    assert brightness[left].min() < 1 < np.median(brightness[~left])


def test_true_modes_stay_visible_above_samples():
    modes = np.array([[-1.0, 0.0], [1.0, 0.0]])
    heap = np.random.default_rng(0).normal((1, 0), 0.1, (3000, 2))
    without = np.asarray(points_image(heap, square(2))).astype(int)
    marked = np.asarray(points_image(heap, square(2), modes=modes, reach=0.2)).astype(int)
    (place,) = points_figure(heap, square(2), modes=modes, reach=0.2).axes
    changed = np.argwhere(np.abs(marked - without).sum(axis=-1) > 200)
    changed = changed[changed[:, 0] > 70]
    centres = place.transData.transform(modes)
    radius = place.transData.transform((0.2, 0))[0] - place.transData.transform((0, 0))[0]
    for x, y in centres:
        mine = changed[np.abs(changed[:, 1] - x) < 60]
        distance = np.hypot(mine[:, 0] - (SIDE - y), mine[:, 1] - x)
        assert len(mine) > 40
        assert np.median(distance) == pytest.approx(radius, abs=2.5)


@pytest.mark.parametrize("d", [1, 2, 5])
def test_nothing_that_is_written_overlaps(d):
    samples, real = 3 * cloud(50, d), cloud(50, d)
    figure = points_figure(samples, real, modes=np.zeros((1, d)), title="mlp_gan-ring8-0001, step 12,000")
    assert crowded(figure) == []
    assert {"mlp_gan-ring8-0001, step 12,000", "samples", "real", "○ modes"} <= set(words(figure))
    assert ("first two principal axes of 5" in words(figure)) == (d == 5)


def test_the_view_follows_real_points_and_not_samples():
    real = cloud(200, 2, 1)
    near, far = cloud(200, 2), cloud(200, 2)
    far[:100] += 1e9
    alone, both = (orange(points_image(samples, real)) for samples in (near[100:], far))
    np.testing.assert_array_equal(alone[alone[:, 0] > 120], both[both[:, 0] > 120])
    assert len(alone[alone[:, 0] > 120]) > 100


def test_points_are_drawn_alike_at_every_scale():
    samples, real = cloud(200, 2), cloud(200, 2, 1)
    small, large = (orange(points_image(scale * samples, scale * real)) for scale in (1.0, 2.0**30))
    assert len(small) > 1000
    assert abs(len(large[large[:, 0] > 120]) - len(small[small[:, 0] > 120])) < 100


def test_points_outside_and_not_finite_are_counted():
    half = np.array([[0, 0], [0, 0], [5, 5], [np.nan, 0]])
    assert "50.0% outside" in words(points_figure(half, square(1)))
    assert not any("outside" in text for text in words(points_figure(np.zeros((4, 2)), square(1))))


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
