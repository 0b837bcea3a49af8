"""The picture of claims about long training: a line a seed."""

import numpy as np

from saddlepoint.plots.claim_curves import curves_figure, curves_image
from tests.layout import crowded, words


def trial(arm, seed, values, **more):
    rows = [{"step": 10 * i, "ones": value, **more} for i, value in enumerate(values, start=1)]
    return {"arm": arm, "seed": seed, "figures": {"ones": values[-1], "over_time": rows}}


def result(*trials, claim="a-claim"):
    return {"claim": claim, "protocol": "full", "arms": {t["arm"]: {} for t in trials}, "trials": list(trials)}


def test_every_seed_is_a_line_of_its_arms_colour():
    trials = [trial("plain", 0, [0.1, 0.2]), trial("plain", 1, [0.1, 0.4]), trial("r1", 0, [0.3])]
    (place,) = curves_figure([(result(*trials), "ones")]).axes
    drawn = [
        (np.asarray(line.get_xdata()).tolist(), np.asarray(line.get_ydata()).tolist()) for line in place.lines
    ]
    assert drawn == [([10, 20], [0.1, 0.2]), ([10, 20], [0.1, 0.4]), ([10], [0.3])]
    first, second, third = (line.get_color() for line in place.lines)
    assert first == second != third


def test_the_datas_own_figure_is_a_dashed_line_and_all_is_named():
    figure = curves_figure(
        [
            (result(trial("plain", 0, [0.1, 0.2], ones_in_data=0.11), claim="one"), "ones"),
            (result(trial("plain", 0, [0.1, 0.2]), claim="two"), "ones"),
        ]
    )
    above, below = figure.axes
    (dashed,) = [line for line in above.lines if line.get_linestyle() == "--"]
    np.testing.assert_allclose(np.asarray(dashed.get_ydata()), 0.11)
    assert all(line.get_linestyle() == "-" for line in below.lines)
    assert {"one", "two", "ones over steps, a line for each seed · full"} <= set(words(figure))
    assert crowded(figure) == []


def test_a_run_that_diverged_at_once_has_no_line_to_draw():
    lost = {"arm": "lost", "seed": 0, "figures": {"diverged": 1, "over_time": []}}
    failed = {"arm": "lost", "seed": 1, "figures": {}, "failed": "a loss is no longer finite"}
    assert curves_image([(result(lost, failed, trial("plain", 0, [0.1, 0.2])), "ones")]).width == 1500
