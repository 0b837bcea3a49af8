"""Closed forms behind the verdicts."""

import math

import numpy as np
import pytest

from saddlepoint.claims.bench import spaced
from saddlepoint.claims.catalogue.ebgan_grid import inception
from saddlepoint.claims.catalogue.ten_times_too_long import collapsed_at
from saddlepoint.claims.game import Game
from saddlepoint.claims.protocol import Findings, Missing
from saddlepoint.theory.updates import RULES


def test_pulls_are_those_of_the_logit():
    game = Game("mlp_gan", "digits", seed=0)
    game.play(40, ("d",))
    slope = {rule: game.slope(rule) for rule in RULES}
    assert slope["combined"] == pytest.approx(1, abs=1e-5)
    assert slope["minimax"] + slope["non_saturating"] == pytest.approx(1, abs=1e-5)
    norm, logit = game.pull("minimax")
    assert logit < 0
    assert slope["minimax"] == pytest.approx(1 / (1 + math.exp(-logit)), abs=0.05)
    assert norm < game.pull("combined")[0]


def test_turns_are_the_callers():
    game = Game("mlp_gan", "digits", seed=0, fresh_latent=True)
    before = {name: p.detach().clone() for name, p in game.family.named_parameters()}
    game.play(3, ("d",))
    moved = {name for name, p in game.family.named_parameters() if not p.equal(before[name])}
    assert {name.split(".")[0] for name in moved} == {"critic"}
    assert game.batches.drawn == 3 * game.batches.batch
    game.play(2, ("d", "d", "g"))
    assert game.batches.drawn == 7 * game.batches.batch


def test_collapse_is_where_the_distance_stays_above_twice_its_best():
    assert collapsed_at([10, 5, 4, 3, 5]) is None
    assert collapsed_at([10, 5, 11, 4, 9, 10]) == 4
    assert collapsed_at([4, 9, 9]) == 1
    assert collapsed_at([4, 9, 3]) is None


def test_looks_are_spread_evenly():
    assert spaced(100, 4) == [25, 50, 75, 100]
    assert spaced(3, 5) == [1, 2, 3]


def test_score_of_sure_and_even_classes():
    sure = np.where(np.eye(4, dtype=bool), 0.0, -40.0)  # four samples, each sure of its own class
    score, entropy = inception(sure)
    # KL(uniform ‖ p(y|x)) = Σ ¼ (log ¼ − log p(y|x)) = −log 4 + ¾·40
    assert score == pytest.approx((30 - math.log(4)) ** 2, rel=1e-6)
    assert entropy == pytest.approx(math.log(4), rel=1e-6)
    score, entropy = inception(np.repeat(sure[:1], 5, axis=0))
    assert score == pytest.approx(0, abs=1e-12)
    assert entropy == pytest.approx(0, abs=1e-12)


def test_findings_mean_and_spread():
    trials = [{"arm": "a", "seed": seed, "figures": {"x": x, "note": "n"}} for seed, x in enumerate((1, 2, 6))]
    found = Findings("short", {}, [*trials, {"arm": "b", "seed": 0, "figures": {"x": None}}])
    assert found.arms == ["a", "b"]
    assert found.figures == ["x"]
    assert found.mean("a", "x") == 3
    assert found.spread("a", "x") == pytest.approx(7**0.5)
    assert found.show("a", "x") == "3 ± 2.6"
    wide = [{"arm": "a", "seed": seed, "figures": {"x": 100 * x}} for seed, x in enumerate((1, 2, 6))]
    assert Findings("short", {}, wide).show("a", "x") == "300 ± 265"  # not 2.6e+02
    with pytest.raises(Missing, match="x of b"):
        found.mean("b", "x")


def test_a_figure_is_there_if_any_seed_has_it():
    trials = [
        {"arm": "a", "seed": 0, "figures": {}},
        {"arm": "a", "seed": 1, "figures": {"error": 0.5, "flag": True}},
        {"arm": "b", "seed": 0, "figures": {"error": None}},
    ]
    found = Findings("short", {}, trials)
    assert found.has("a", "error")
    assert not any(found.has(*one) for one in (("a", "flag"), ("b", "error"), ("c", "error")))
