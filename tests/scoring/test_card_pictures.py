import numpy as np
import pytest

from saddlepoint.plots.histogram import histogram_figure
from saddlepoint.plots.neighbours import CELL, SPACE, Block, Strip, neighbours_image
from tests.layout import crowded, words


def test_neighbours_stand_under_each_other():
    colours = np.array([(200, 0, 0), (0, 200, 0), (0, 0, 200)], np.uint8)
    sample = np.broadcast_to(colours[:, None, None], (3, 16, 16, 3))
    strips = [Strip("sample", sample), Strip("nearest", sample[::-1], ["1", "2", "3"])]
    picture = np.asarray(neighbours_image([Block("heading", strips)], note="note"))
    corners = []  # of the two squares of each colour
    for colour in colours:
        rows, columns = np.nonzero((picture == colour).all(-1))
        assert len(rows) == 2 * CELL**2
        corners.append((rows.min(), columns.min(), rows.max() - CELL + 1, columns.max() - CELL + 1))
    (top, left, below, right), middle, other = corners
    assert other == (top, left, below, right), "what is first above is last below"
    assert middle == (top, (left + right) // 2, below, (left + right) // 2)
    assert below == top + CELL + SPACE
    assert right == left + 2 * (CELL + SPACE)


@pytest.mark.parametrize("count", [2, 10, 39, 100])
def test_histograms_of_few_and_many_classes(count):
    rng = np.random.default_rng(0)
    shares, data = rng.dirichlet(np.ones(count)), np.full(count, 1 / count)
    names = [f"$class {i}" for i in range(count)]
    figure = histogram_figure(names, shares, data, low=shares / 2, high=shares * 2, title="a $title")
    (place,) = figure.axes
    heights = [bar.get_height() for bar in place.patches]  # type: ignore[attr-defined]
    np.testing.assert_allclose(heights, [*data, *shares])
    assert place.get_ylim()[1] > 2 * shares.max()
    named = {text for text in words(figure) if text.startswith("$class")}
    assert named == (set(names) if count < 100 else set())
    assert {"a $title", "data", "samples"} <= set(words(figure))
    if count != 39:  # boxes around slanting names overlap where the names do not
        assert crowded(figure) == []
