import numpy as np

from saddlepoint.plots.histogram import histogram_image
from saddlepoint.plots.neighbours import CELL, Block, Strip, neighbours_image


def test_neighbours_stand_under_each_other():
    images = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3), np.uint8)
    strips = [Strip("sample", images), Strip("nearest", images[::-1], ["1", "2", "3"])]
    picture = np.asarray(neighbours_image([Block("heading", strips)], note="note"))
    large = images[0].repeat(CELL // 16, axis=0).repeat(CELL // 16, axis=1)
    places = [
        (top, left)
        for top in range(picture.shape[0] - CELL + 1)
        for left in range(picture.shape[1] - CELL + 1)
        if (picture[top, left] == large[0, 0]).all()
        and np.array_equal(picture[top : top + CELL, left : left + CELL], large)
    ]
    (first, second) = sorted(places)
    assert second[0] > first[0] + CELL
    assert second[1] > first[1] + 2 * CELL


def test_histograms_of_few_and_many_classes():
    for count in (2, 10, 100):
        shares = np.full(count, 1 / count)
        names = [f"$class {i}" for i in range(count)]
        picture = histogram_image(names, shares, shares, low=shares / 2, high=shares * 2, title="t")
        assert picture.size == (1260, 476)
