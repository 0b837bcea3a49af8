"""The picture of claims: a panel a result, a point a seed."""

import numpy as np
import pytest

from saddlepoint.plots.claim_panels import claims_figure, claims_image
from tests.layout import crowded, words


def result(values, holds: bool | None = True, claim="a-claim"):
    trials = [
        {"arm": arm, "seed": seed, "figures": {"diverged": 1} if value is None else {"error_rate": value}}
        for arm, figures in values.items()
        for seed, value in enumerate(figures)
    ]
    about = {"claim": claim, "protocol": "short", "headline": "error_rate", "verdict": {"holds": holds}}
    return {**about, "trials": trials}


def points(place):
    """Return the points of a panel, each (value, row)."""
    drawn = [line for line in place.lines if line.get_marker() == "o"]
    return sorted((float(x), float(y)) for line in drawn for x, y in zip(*line.get_data(), strict=True))


def test_every_seed_is_a_point_and_every_arm_has_a_bar_at_its_mean():
    (place,) = claims_figure([result({"a": [0.2, 1.0, 0.6], "b": [3.0]})]).axes
    assert points(place) == [(0.2, 0), (0.6, 0), (1.0, 0), (3.0, 1)]
    bars = [np.asarray(line.get_xdata()) for line in place.lines if line.get_marker() != "o"]
    np.testing.assert_allclose(bars, [[0.6, 0.6], [3.0, 3.0]])
    assert [tick.get_text() for tick in place.get_yticklabels()] == ["a", "b"]
    assert place.get_xscale() == "linear"


def test_panels_say_what_they_show_and_nothing_overlaps():
    arms = {"deep belief network": [1.0, 2.0], "b": [1e6, 2e6]}
    results = [result(arms, None, "one"), result({"c": [3.0]}, False, "two"), result(arms, True, "three")]
    figure = claims_figure(results)
    written = words(figure)
    assert {"one", "two", "three", "not decided · short, 2 seeds · error rate"} <= set(written)
    assert "does not hold · short, one seed · error rate" in written
    assert crowded(figure) == []
    lefts, heights = zip(*((place.get_position().x0, place.bbox.height) for place in figure.axes), strict=True)
    assert lefts[0] == pytest.approx(lefts[2])
    assert lefts[1] == pytest.approx(lefts[0] + 0.5, abs=0.01), "panels stand in columns"
    assert 1.5 < heights[0] / heights[1] < 4, "two arms are about twice as high as one"


def test_an_arm_with_other_figures_alone_has_no_place():
    shown = result({"a": [1.0]})
    shown["trials"].append({"arm": "density", "seed": 0, "figures": {"log_likelihood": -2.0}})
    shown["trials"].append({"arm": "lost", "seed": 0, "figures": {}, "failed": "a loss is no longer finite"})
    (place,) = claims_figure([shown]).axes
    assert [tick.get_text() for tick in place.get_yticklabels()] == ["a", "lost"]


def test_runs_that_diverged_and_wide_ranges():
    results = [result({"a": [1e-3, 5.0], "lost": [None]}, holds=False)]
    (place,) = claims_figure(results).axes
    assert place.get_xscale() == "log"
    low, high = place.get_xlim()
    assert low < 1e-3 < 5.0 < high
    assert "diverged" in [text.get_text() for text in place.texts]
    assert claims_image(results).width == 1500


def test_a_value_that_is_nothing_beside_others_stretches_no_axis():
    (place,) = claims_figure([result({"a": [4e-17, 2.0], "b": [30.0]})]).axes
    assert place.get_xscale() == "linear"
