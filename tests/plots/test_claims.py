"""The picture of claims: a panel a result, a point a seed."""

import numpy as np

from saddlepoint.plots.canvas import GENERATOR
from saddlepoint.plots.claim_panels import claims_image


def result(values, holds: bool | None = True):
    trials = [
        {"arm": arm, "seed": seed, "figures": {} if value is None else {"error": value}}
        for arm, found in values.items()
        for seed, value in enumerate(found)
    ]
    about = {"claim": "a-claim", "protocol": "short", "headline": "error", "verdict": {"holds": holds}}
    return {**about, "trials": trials}


def orange(image):
    """How many pixels have the colour of points."""
    colour = np.array([int(GENERATOR[i : i + 2], 16) for i in (1, 3, 5)])
    return int((np.abs(np.asarray(image).astype(int) - (0.7 * colour + 0.3 * 255)) < 12).all(-1).sum())


def test_more_seeds_are_more_points():
    two, four = (claims_image([result({"a": values})]) for values in ((0.2, 1.0), (0.2, 0.4, 0.8, 1.0)))
    assert two.size == four.size
    assert 1.7 < orange(four) / orange(two) < 2.3


def test_more_arms_and_results_need_more_room():
    small = claims_image([result({"a": [1.0]})])
    assert claims_image([result({"a": [1.0], "b": [2.0]})]).height > small.height
    assert claims_image([result({"a": [1.0]}, holds=None)] * 3).height > small.height


def test_runs_that_diverged_and_wide_ranges():
    image = claims_image([result({"a": [1e-3, 5.0], "lost": [None]}, holds=False)])
    assert orange(image) > 0
