"""Intervals stay where their figures can be, and cover the truth as often as before."""

from types import SimpleNamespace

import numpy as np
import pytest

from saddlepoint.comparing.configurations import Group
from saddlepoint.data import load
from saddlepoint.evaluate import Figure, cheap
from saddlepoint.evaluate.statistics import of_draws, within


def keeps_to_it(figures):
    for name, figure in figures.items():
        least, most = figure.range
        assert (least, most) != (None, None), f"{name} does not say what it can be"
        for end in (figure.low, figure.value, figure.high, figure.real):
            assert end is None or least is None or end >= least, name
            assert end is None or most is None or end <= most + 1e-9, name


def group(name, values, possible):
    cards = [{name: Figure(value, None, None, 100, 10.0, "judge", range=possible)} for value in values]
    entries = tuple(SimpleNamespace(card=SimpleNamespace(figures=card)) for card in cards)
    return Group("runs", "runs", entries, {})  # pyright: ignore[reportArgumentType]


def test_classes_of_three_seeds_are_at_most_ten():
    one = group("classes", [9, 10, 10], (0, 10)).estimate("classes")
    assert one is not None
    assert one.value == pytest.approx(29 / 3)
    assert one.low == pytest.approx(8.2324, abs=1e-4)  # 29/3 − 4.3027·0.5774/√3
    assert one.high == 10


def test_seeds_that_agree_give_no_interval():
    one = group("classes", [10, 10, 10], (0, 10)).estimate("classes")
    assert one is not None
    assert (one.value, one.low, one.high) == (10, None, None)


def test_cutting_off_loses_no_coverage():
    rng = np.random.default_rng(0)
    raw, cut = 0, 0
    for values in rng.binomial(10, 0.9, size=(2000, 4)):
        _, low, high = of_draws(values)
        least, most = within((0, 10), low, high)
        assert least is not None
        assert most is not None
        assert 0 <= least <= most <= 10
        raw += low <= 9 <= high
        cut += least <= 9 <= most
    assert cut == raw


def test_open_ends_stay_open():
    assert within((None, None), -5.0, 7.0) == (-5.0, 7.0)
    assert within((0.0, None), -5.0, None) == (0.0, None)
    assert within((1 - 4.0, 1.0), -9.0, 2.0) == (-3.0, 1.0)


def test_figures_of_points_keep_to_what_they_can_be(rng):
    data = load("ring8")
    for points in (rng.normal(0, 0.1, (300, 2)), rng.normal(0, 1, (300, 2))):
        figures = cheap(data, points.astype(np.float32)).figures
        assert figures["modes"].range == figures["classes"].range == (0, 8)
        assert figures["mode_kl"].range == (0.0, pytest.approx(np.log(8)))
        keeps_to_it(figures)
