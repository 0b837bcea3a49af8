import numpy as np
import pytest
from matplotlib.text import Text
from PIL import Image

from saddlepoint.core import files
from saddlepoint.core.words import brief, short_count
from saddlepoint.plots.canvas import CRITIC, GENERATOR
from saddlepoint.plots.curves.end_labels import Label, spread
from saddlepoint.plots.curves.panels import colours, panels
from saddlepoint.plots.curves.picture import curves_figure, curves_image, save_curves
from saddlepoint.plots.curves.series import MOST, Band, Series, clock, curve, read, smoothed
from tests.layout import crowded, words

REFERENCES = {"D(x)": 0.5, "D(G(z))": 0.5, "d/adversarial": 1.386, "g/adversarial": 0.693}
RED = np.array([185, 28, 28])


def rows(n, **extra):
    rng = np.random.default_rng(0)
    return [
        {
            "step": 50 * (i + 1),
            "images": 3200 * (i + 1),
            "seconds": 0.5 * i,
            "images_per_second": 6400.0,
            "d/adversarial": 1.1 + rng.normal(0, 0.1),
            "g/adversarial": 0.9 + rng.normal(0, 0.2),
            "D(x)": 0.6 + rng.normal(0, 0.01),
            "D(G(z))": 0.4 + rng.normal(0, 0.01),
            **extra,
        }
        for i in range(n)
    ]


def has_red(picture):
    return bool((np.abs(np.asarray(picture).astype(int) - RED).max(axis=-1) < 12).any())


def content(picture):
    """Return the share of pixels that are not white."""
    return float((np.asarray(picture).min(axis=-1) < 250).mean())


def bodies(figure):
    """Return the panels of a picture, without the second axis of the first one."""
    return [place for place in figure.axes if place.get_ylabel()]


@pytest.mark.parametrize("n", [2, 8, 500, 20_000])
def test_panels_show_the_rows_and_nothing_overlaps(n):
    figure = curves_figure(rows(n), title="dcgan on digits", references=REFERENCES)
    losses, verdict = bodies(figure)
    assert [losses.get_ylabel(), verdict.get_ylabel()] == ["adversarial loss", "critic's verdict"]
    assert [text.get_text().split()[0] for text in losses.texts] == ["generator", "critic"]
    assert verdict.get_ylim() == (-0.02, 1.02)
    dashed = sorted({float(np.asarray(line.get_ydata())[0]) for line in losses.lines if line.is_dashed()})
    assert dashed == [0.693, 1.386]
    assert crowded(figure) == []
    assert {"dcgan on digits", "images shown", "step"} <= set(words(figure))


def test_pictures_are_1800_pixels_wide_and_have_no_mark_of_what_is_not_finite():
    picture = curves_image(rows(20), title="run", references=REFERENCES)
    assert picture.width == 1800
    assert picture.mode == "RGB"
    assert not has_red(picture)


def test_panels_of_few_values_are_lower():
    heights = [bodies(curves_figure(rows(n), title="run"))[0].bbox.height for n in (2, 4, 8, 500)]
    assert heights[2] == pytest.approx(heights[3], rel=0.05)
    assert heights[0] == pytest.approx(0.625 * heights[2], rel=0.1)
    assert heights[1] == pytest.approx(0.75 * heights[2], rel=0.1)


def test_what_was_measured_once_is_a_number_and_no_panel():
    measured = rows(20)
    measured[-1] |= {"frechet": 31.0, "modes": 7, "high_quality": 0.4, "diversity": None}
    figure = curves_figure(measured, title="run")
    assert len(bodies(figure)) == 2
    written = words(figure)
    assert {"measured once, at 64,000 images shown", "frechet", "31", "modes", "7", "diversity"} <= set(written)
    assert written.count("× not finite") == 1
    assert crowded(figure) == []
    single = curves_figure(rows(1), title="run", references=REFERENCES)
    assert single.axes == []
    assert {"critic: adversarial", "D(x)"} <= set(words(single))
    assert crowded(single) == []


def numbers_on_axis(values):
    """Return the numbers on a panel's vertical axis."""
    measured = [{"step": i, "modes": value} for i, value in enumerate(values)]
    (place,) = bodies(curves_figure(measured, title="run"))
    low, high = place.get_ylim()
    return [tick for tick in place.get_yticks() if low <= tick <= high]


def test_counts_have_no_halves_on_their_axis():
    assert numbers_on_axis([7, 8]) == [7, 8]
    assert numbers_on_axis([8, 8, 8]) == [8]
    assert all(tick == round(tick) for tick in numbers_on_axis([1, 3, 25]))
    assert any(tick != round(tick) for tick in numbers_on_axis([0.1, 0.9])), "other figures have fractions"


def test_values_that_are_not_finite_are_marked():
    found = rows(50)
    found[10]["d/adversarial"] = float("nan")
    found[11]["g/adversarial"] = float("inf")
    found[12]["g/adversarial"] = None
    assert has_red(curves_image(found, title="run"))


def test_one_equilibrium_of_two_players_is_dashed_in_both_colours():
    measured = rows(3, **{"d/adversarial": 0.6, "g/adversarial": 0.8})

    def dashes(references):
        place = bodies(curves_figure(measured, title="run", references=references))[0]
        return [(line.get_color(), np.asarray(line.get_ydata())[0]) for line in place.lines if line.is_dashed()]

    assert dashes({"d/adversarial": 0.7, "g/adversarial": 0.7}) == [(CRITIC, 0.7), (GENERATOR, 0.7)]
    assert dashes({"d/adversarial": 0.7}) == [(CRITIC, 0.7)]


@pytest.mark.parametrize(("n", "averaged"), [(29, False), (30, True)])
def test_the_key_speaks_of_averages_where_they_are_drawn(n, averaged):
    written = words(curves_figure(rows(n), title="run"))
    assert ("faint: as measured  ·  bold: moving average" in written) == averaged


def test_nothing_but_nan_is_drawn_as_marks():
    assert has_red(curves_image(rows(5, **{"d/adversarial": None, "D(x)": float("nan")}), title="run"))


def test_each_extra_figure_adds_a_panel():
    extra = rows(20)
    extra[9]["frechet"] = 31.0
    extra[19]["frechet"] = 24.0
    first, _, added = bodies(curves_figure(extra, title="run"))
    assert added.get_ylabel() == "frechet"
    assert added.bbox.height == pytest.approx(1.2 * 0.625 / 2.2 * first.bbox.height, rel=0.05)
    assert [text.get_text() for text in added.texts] == ["24"]


def test_panels_stop_at_twelve_and_say_so():
    figure = curves_figure(rows(8, **{f"layer{k}": float(k) for k in range(30)}), title="run")
    assert len(bodies(figure)) == 12
    assert "20 more figures are in the metrics" in words(figure)
    assert crowded(figure) == []


@pytest.mark.parametrize(
    "extra",
    [
        {"d/adversarial": 1e-6, "g/adversarial": 1e6},
        {"d/adversarial": -1e6, "g/adversarial": 1e-6},
        {"d/adversarial": 0.0, "g/adversarial": 0.0},
        {"d/adversarial": 3e38, "g/adversarial": -1e300},
        {"D(x)": -40.0},
    ],
)
def test_extreme_and_identical_values(extra):
    assert content(curves_image(rows(30, **extra), title="run", references=REFERENCES)) > 0.01


def test_signs_of_mathematics_in_names_are_plain_text():
    found = rows(3, **{"cost_$x_{": 1.0, "d/$\\frac": 2.0})
    assert content(curves_image(found, title="a $title_{", references={"d/adversarial": float("inf")})) > 0.01


def test_rows_without_images_use_steps_and_step_zero_is_drawn():
    assert content(curves_image([{"step": i, "x/value": i**2} for i in range(9)], title="x·y")) > 0.01
    assert content(curves_image([{"step": 0, "images": 0, "x/value": 0.0}], title="x·y")) > 0.005


def test_the_same_rows_make_the_same_file_with_its_text(tmp_path):
    for name in ("a.png", "b.png"):
        save_curves(tmp_path / name, rows(40), title="run", references=REFERENCES, text={"run": "dcgan-1"})
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with Image.open(tmp_path / "a.png") as picture:
        picture.load()
        assert picture.text == {"run": "dcgan-1"}  # type: ignore[attr-defined]


def test_a_failure_leaves_the_old_picture(tmp_path, monkeypatch):
    def fail(source, target):
        raise OSError("disk full")

    path = tmp_path / "curves.png"
    path.write_bytes(b"old")
    monkeypatch.setattr(files.os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        save_curves(path, rows(3), title="run")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ([], "no metrics to draw"),
        ([{"step": 1, "images": 64, "seconds": 0.1}], "no figures beside images, seconds, step"),
        ([{"d/adversarial": 1.0}], "neither 'images' nor 'step'"),
    ],
)
def test_rows_without_figures_are_refused(found, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        save_curves(tmp_path / "curves.png", found, title="run")
    assert list(tmp_path.iterdir()) == []


def test_reading_keeps_numbers_and_skips_the_rest():
    found = read(
        [
            {"step": 1, "images": 8, "note": "x", "flag": True, "a": 1},
            {"step": 2, "images": 16, "a": None, "b": np.float32(2)},
            {"step": 3, "images": 24, "a": float("-inf"), "b": 5.0},
        ]
    )
    assert list(found) == ["a", "b"]
    np.testing.assert_array_equal(found["a"].y, [1, np.nan, np.nan])
    np.testing.assert_array_equal(found["b"].x, [16, 24])


def test_the_clock_stands_in_for_what_is_missing():
    images, steps = clock([{"step": 3}, {"images": 64}, {"step": 5, "images": 128}])
    np.testing.assert_array_equal(images, [3, 64, 128])
    np.testing.assert_array_equal(steps, [3, 64, 5])


def test_losses_come_first_then_verdicts_then_the_rest():
    one = Series(np.zeros(9), np.zeros(9))
    names = ["frechet", "D(x)", "d/r1", "d/adversarial", "D(G(z))", "g/adversarial"]
    shown, once = panels(dict.fromkeys(names, one) | {"modes": Series(np.zeros(1), np.zeros(1))})
    found = [(panel.name, list(panel.series)) for panel in shown]
    assert list(once) == ["modes"]
    assert found == [
        ("adversarial loss", ["d/adversarial", "g/adversarial"]),
        ("critic's verdict", ["D(x)", "D(G(z))"]),
        ("r1", ["d/r1"]),
        ("frechet", ["frechet"]),
    ]
    assert panels({"d/energy": one, "g/repel": one})[0][0].name == "energy loss"


def test_lines_of_a_panel_have_different_colours():
    assert len(set(colours(["d/a", "g/a", "q/a", "e/a", "r/a", "s/a"]).values())) == 6
    assert colours(["d/a"])["d/a"] == colours(["D(x)"])["D(x)"]


def test_a_long_series_keeps_its_extremes_and_its_mean():
    y = np.sin(np.arange(20_000.0))
    y[777], y[15_000] = 9.0, -9.0
    line = curve(Series(np.arange(20_000.0), y))
    assert len(line.x) == len(line.smooth) == MOST
    assert np.nanmax(line.high) == 9.0
    assert np.nanmin(line.low) == -9.0
    np.testing.assert_allclose(line.mean, y.reshape(MOST, 10).mean(axis=1), atol=1e-12)


def test_a_short_series_is_drawn_as_it_is():
    y = np.array([3.0, np.nan, 5.0])
    line = curve(Series(np.arange(3.0), y))
    for drawn in (line.low, line.high, line.mean, line.smooth):
        np.testing.assert_array_equal(drawn, y)
    np.testing.assert_array_equal(line.broken, [1.0])


def test_the_average_of_a_constant_is_the_constant_at_its_ends_too():
    y = np.full(600, 2.5)
    y[100:110] = np.nan
    np.testing.assert_allclose(smoothed(y), y, rtol=1e-12)


def test_the_average_of_noise_is_as_narrow_as_its_window_says():
    noise = np.random.default_rng(0).normal(0, 1, 6000)
    sigma = 100  # a sixtieth
    # A Gaussian window leaves 1 / sqrt(2·sqrt(π)·sigma) of the deviation; about 6000 / (2·sqrt(π)·sigma)
    # independent values estimate it, so 40 % is more than three standard errors.
    assert smoothed(noise).std() == pytest.approx((2 * np.sqrt(np.pi) * sigma) ** -0.5, rel=0.4)


def test_labels_keep_their_distance_and_stay_inside():
    placed = spread([0.5, 0.5, 0.51, 0.99, 1.4], 0.1)
    assert min(np.diff(placed)) == pytest.approx(0.1)
    assert placed[-1] == 1.0
    assert spread([0.2, 0.8], 0.1) == [0.2, 0.8]
    assert spread([-3.0], 0.1) == [0.0]
    assert sorted([Label(0.5, "b", "red"), Label(0.2, "a", "red")])[0].text == "a"


@pytest.mark.parametrize(
    ("x", "text"), [(0, "0"), (950, "950"), (1500, "1.5k"), (20_000, "20k"), (3e6, "3M"), (2.5e9, "2.5G")]
)
def test_counts(x, text):
    assert short_count(x) == text


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0, "0"),
        (1.3862, "1.39"),
        (-0.01234, "−0.0123"),
        (-1423.4, "−1423"),
        (3.04e7, "3.0e7"),
        (-2e-5, "−2.0e-5"),
    ],
)
def test_values(x, text):
    assert brief(x) == text


def test_words_above_the_curves_break_into_lines_that_fit():
    band = {"D(x)": Band(np.array([0.0, 50_000.0]), np.zeros(2), np.ones(2))}
    usual = "12 healthy runs on digits, mnist, cifar10"
    figure = curves_figure(rows(40), title="a run", references=REFERENCES, bands=band, usual=usual)
    figure.draw_without_rendering()
    above = [text for text in figure.findobj(Text) if "dashed" in text.get_text() or usual in text.get_text()]
    assert {usual in text.get_text() for text in above} == {True, False}
    assert all(text.get_window_extent().x1 <= figure.bbox.x1 for text in above)
