"""Evidence as it is drawn: limits where they are, and examples of every kind."""

from typing import Any

import numpy as np
import pytest
from PIL import Image

from saddlepoint.data import load
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.plots.drawing import drawing_of
from saddlepoint.plots.evidence import PAGE, evidence_image, measured_figure, panel_figure, panel_image
from saddlepoint.plots.panel import Bars, Curves, Examples, Histogram, Section
from tests.sources import SOURCES

STEPS = np.arange(0, 100, 10)
CURVES = Curves("loss", "step", STEPS, {"d/a": STEPS / 100, "g/a": 1 - STEPS / 100}, (0.9, 0.1), since=50)
SCORES = Histogram("scores", "score", {"data": np.arange(9.0), "samples": np.arange(4.0, 12)}, (7.5,))
SHARES = Bars(
    "shares", "part", {"data": np.array([0.5, 0.5]), "samples": np.array([1.0, 0.0])}, 0.25, ["a", "b"]
)


def dashed(place: Any, axis: int) -> list[float]:
    """Return where dashed lines stand, on the x axis (0) or the y axis (1)."""
    return [float(line.get_data()[axis][0]) for line in place.lines if line.get_linestyle() == "--"]


def test_limits_lie_where_they_are():
    place: Any = panel_figure(CURVES).axes[0]
    assert dashed(place, 1) == [0.9, 0.1]
    assert [line.get_xdata()[0] for line in place.lines if line.get_linestyle() == ":"] == [50]
    (place,) = panel_figure(SCORES).axes
    assert dashed(place, 0) == [7.5]
    (place,) = panel_figure(SHARES).axes
    assert dashed(place, 1) == [0.25]


@pytest.mark.parametrize("below", [False, True])
@pytest.mark.parametrize(
    ("value", "limit", "scale"),
    [(0.3, 0.2, "linear"), (0.0, 0.2, "linear"), (9e9, 10.0, "log"), (1e-3, 0.5, "log"), (-0.1, 0.5, "linear")],
)
def test_a_figure_is_a_bar_beside_its_limit(value, limit, scale, below):
    place: Any = measured_figure([("what", value, limit, below)]).axes[0]
    assert dashed(place, 0) == [limit]
    assert place.get_xscale() == scale
    bar, side = place.patches
    assert bar.get_x() + bar.get_width() == pytest.approx(value)
    low, high = place.get_xlim()
    assert low <= min(value, limit)
    assert max(value, limit) < high
    assert side.get_x() == pytest.approx(low if below else limit)
    assert side.get_x() + side.get_width() == pytest.approx(limit if below else high)


def test_what_is_no_number_is_crossed_and_what_is_not_there_is_not():
    lines = {"a": np.array([1.0, np.inf, 2.0, np.nan, 3.0])}
    (place,) = panel_figure(Curves("a", "step", np.arange(5), lines)).axes
    (crosses,) = [line for line in place.lines if line.get_marker() == "x"]
    assert list(np.asarray(crosses.get_xdata())) == [1]


def test_shares_of_groups_add_up_whatever_their_sizes():
    place: Any = panel_figure(SCORES).axes[0]
    assert [sum(stairs.get_data().values) for stairs in place.patches] == pytest.approx([1.0] * 4)


def test_an_axis_of_shares_ends_at_the_highest_and_leaves_room_for_names():
    (place,) = panel_figure(SHARES).axes
    assert max(place.get_yticks()) == pytest.approx(1)
    assert place.get_ylim()[1] > 1.5


def test_a_limit_of_each_part_is_a_line_at_each_bar():
    (place,) = panel_figure(Bars("a", "b", SHARES.groups, np.array([0.1, 0.2]))).axes
    (lines,) = place.collections
    assert [np.asarray(path.vertices)[0, 1] for path in lines.get_paths()] == [0.1, 0.2]


def test_numbers_of_which_none_is_one_leave_an_empty_panel():
    (place,) = panel_figure(Histogram("a", "a", {"a": np.array([np.nan]), "b": np.zeros(0)})).axes
    assert place.get_xlim()[0] < place.get_xlim()[1]


@pytest.mark.parametrize("values", [np.zeros(5), np.array([np.nan, 1.0]), 10.0 ** np.arange(-3, 9)])
def test_numbers_of_any_spread_are_distributed(values):
    (place,) = panel_figure(Histogram("a", "a", {"a": values})).axes
    low, high = place.get_xlim()
    assert low < np.nanmin(values)
    assert np.nanmax(values) < high * 1.01


@pytest.mark.parametrize("kind", SOURCES)
def test_examples_of_every_kind_are_drawn(kind):
    data = load(SOURCES[kind])
    drawing = drawing_of(data)
    examples = data.train.take(np.arange(20))[0]
    picture = panel_image(Examples("samples", examples), drawing, drawing.behind(data))
    assert picture.width <= PAGE
    assert np.asarray(picture).std() > 1


def test_all_of_a_square_of_images_are_drawn_where_that_is_asked():
    drawing = drawing_of(load("digits"))
    images = np.full((100, 8, 8, 1), 255, np.uint8)
    images[99] = 0
    few, every = (panel_image(Examples("", images, every=one), drawing) for one in (False, True))
    assert np.asarray(few.convert("L"))[40:].min() == 255
    assert every.getpixel((every.width - 3, every.height - 3)) == (0, 0, 0)


@pytest.mark.parametrize(("side", "below"), [(32, False), (256, True)])
def test_examples_to_be_compared_stay_in_one_row(side, below):
    """Two pictures of large images have no room to the right of numbers."""
    images = np.zeros((4, side, side, 1), np.uint8)
    drawing = drawing_of(Dataset("toy", "toy", "images", {"train": Split(images)}))
    panels = (SCORES, Examples("left", images), Examples("right", images))
    page = evidence_image([Section("a", "a", [], panels)], drawing, title="a run")
    black = np.asarray(page.convert("L")) == 0
    rows, columns = np.flatnonzero(black.mean(1) > 0.2), np.flatnonzero(black.mean(0) > 0.2)
    assert np.ptp(rows) < 520  # one row of pictures
    assert np.ptp(columns) > 1.8 * np.ptp(rows)  # of two
    assert (columns.min() < 60) == below


def test_a_page_is_as_wide_as_it_is_and_grows_with_findings():
    drawing = drawing_of(load("digits"))
    one = Section("a", "text " * 80, [("what", 1.0, 2.0, False)], (CURVES, SCORES, SHARES))
    pages = [evidence_image([one] * count, drawing, title="a run") for count in (1, 2)]
    assert all(isinstance(page, Image.Image) for page in pages)
    assert pages[0].width == pages[1].width == PAGE + 40
    assert pages[1].height > 1.7 * pages[0].height
