"""The rule of every verdict: what it decides, in how many cases it is wrong, and what it asks for."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from saddlepoint.claims.claim import claims
from saddlepoint.claims.protocol import Findings, Missing
from saddlepoint.claims.verdict import above, answer, at_least, at_most, decide, more_often, mostly, within
from saddlepoint.evaluate.significance import LEVEL


def seeds(*values):
    return dict(enumerate(values))


def findings(**arms):
    trials = [
        {"arm": arm, "seed": seed, "figures": {"x": value}}
        for arm, values in arms.items()
        for seed, value in enumerate(values)
    ]
    return Findings("full", {}, trials)


def test_a_gap_counts_beyond_what_other_seeds_would_change():
    found = findings(low=(1.0, 2.0, 3.5), near=(1.5, 3.0, 3.0), far=(8.0, 9.0, 10.0), single=(50.0,))
    assert found.decide([found.above("far", "low", "x")], "t").holds is True
    assert found.decide([found.above("low", "far", "x")], "t").holds is False
    assert found.decide([found.above("near", "low", "x")], "t").holds is None
    assert found.decide([found.above("single", "low", "x")], "t").holds is None
    with pytest.raises(Missing):
        found.above("far", "none", "x")


def test_a_bar_is_tested_by_student():
    values = [9.0, 10.0, 12.0]
    exact: Any = stats.ttest_1samp(values, 5)
    verdict = decide([at_least("x", seeds(*values), 5)], "t.")
    (test,) = verdict.tests
    assert test["p"] == pytest.approx(exact.pvalue)
    assert (test["low"] + 5, test["high"] + 5) == pytest.approx(tuple(exact.confidence_interval()))
    assert verdict.holds is True
    told = "x 10.3 (95 % interval 6.54 to 14.1), at least 5 demanded, p = 0.026."
    assert verdict.text == f"t. Tested two-sided over seeds, at 5 %: {told}"
    (test,) = decide([at_most("x", seeds(*values), 5)], "t").tests
    assert (5 - test["high"], 5 - test["low"]) == pytest.approx(tuple(exact.confidence_interval()))
    assert decide([at_most("x", seeds(*values), 5)], "t").holds is False
    assert decide([at_most("x", seeds(*values), 9)], "t").holds is None
    bounded = at_most("x", seeds(0.0, 0.5), 0.4, (0, 1)).tested
    assert bounded is not None
    assert (bounded.low, bounded.high) == pytest.approx((-0.6, 0.4))


@pytest.mark.parametrize(
    ("values", "holds"),
    [((4.9, 5.0, 5.1), True), ((1.9, 2.0, 2.1), False), ((7.9, 8.1, 8.0), False), ((2.9, 3.1, 3.0), None)],
)
def test_a_mean_lies_in_a_band_or_out_of_it(values, holds):
    assert decide([within("x", seeds(*values), (3, 7))], "t").holds is holds


def test_shares_are_tested_exactly():
    five, none = seeds(1, 1, 1, 1, 1), seeds(0, 0, 0, 0, 0)
    (test,) = decide([more_often("x", five, none)], "t").tests
    assert test["p"] == pytest.approx(2 / 2**10)
    assert (test["low"], test["high"]) == pytest.approx((2 * 0.025**0.1 - 1, 1), abs=1e-3)
    assert decide([more_often("x", none, five)], "t").holds is False
    assert decide([more_often("x", seeds(1, 1), seeds(0, 0))], "t").holds is None
    assert decide([mostly("x", five)], "t").tests[0]["p"] == pytest.approx(2 / 32)


def test_one_no_is_a_no_and_one_doubt_a_doubt():
    yes, no = at_least("x", seeds(9, 10, 11), 0), at_least("y", seeds(-9, -10, -11), 0)
    doubt, single = at_least("z", seeds(1, -1, 3), 0), at_least("w", seeds(4), 0)
    assert decide([yes, yes], "t").holds is True
    assert decide([yes, doubt, no, single], "t").holds is False
    assert decide([yes, doubt], "t").holds is None
    assert decide([yes, single], "t")[0::3] == (None, 3)
    assert decide([no, yes], "t", some=True).holds is True
    assert decide([no, no], "t", some=True).holds is False
    assert decide([no, doubt], "t", some=True).holds is None
    denied = decide([yes, no], "t", deny="Too short.")
    assert (denied.holds, denied.seeds, denied.text.endswith("Too short.")) == (None, None, True)
    assert decide([yes], "t", deny="Too short.").holds is True


def test_several_demands_are_corrected_together():
    fair = at_least("x", seeds(1.0, 1.1, 1.75), 0)
    assert fair.tested is not None
    assert 0.025 < fair.tested.p < 0.05
    assert decide([fair], "t").holds is True
    doubt = at_least("y", seeds(1, -1, 3), 0)
    verdict = decide([fair, doubt], "t")
    assert [test["answer"] for test in verdict.tests] == [None, None]
    assert verdict.tests[0]["corrected"] == pytest.approx(2 * fair.tested.p)
    assert "at 5 % for all 2 together (Holm)" in verdict.text


def test_seeds_are_asked_for_where_they_would_decide():
    promising, doubtful = at_least("x", seeds(1, 3), 0), at_least("y", seeds(-1, 1.5), 0)
    assert decide([promising], "t").seeds == 8  # an effect of √2 at 2.5 %
    asked = decide([promising, doubtful], "t").seeds
    assert asked is not None
    assert asked > 100, "all must be decided"
    against_it = at_least("z", seeds(-1, -3), 0)
    # One no is enough, whatever else is open.
    assert decide([against_it, doubtful], "t").seeds == decide([against_it, promising], "t").seeds
    hopeless = decide([at_least("x", seeds(1, -1.01), 0)], "t")
    assert hopeless.seeds is None
    assert "more than 1,000 seeds" in hopeless.text


@pytest.mark.parametrize("count", [2, 3, 5])
def test_between_equal_arms_few_verdicts_are_decided(count):
    draws = np.random.default_rng(count).normal(size=(2000, 2, count))
    said = [answer([above("x", seeds(*a), seeds(*b))])[1][0] for a, b in draws]
    # 2.5 % for each answer, with the 99.9 % interval of 2,000 draws
    for one in (True, False):
        assert said.count(one) / len(said) == pytest.approx(LEVEL / 2, abs=0.0115)
    bars = [answer([at_least("x", seeds(*a), 0)])[1][0] for a, _ in draws]
    assert 1 - bars.count(None) / len(bars) == pytest.approx(LEVEL, abs=0.016)


def test_three_comparisons_are_decided_no_more_often_than_one():
    draws = np.random.default_rng(0).normal(size=(1000, 4, 3))
    wrong = [
        answer([above("x", seeds(*row[arm]), seeds(*row[0])) for arm in (1, 2, 3)])[1] != [None] * 3
        for row in draws
    ]
    assert 0.01 < np.mean(wrong) < LEVEL + 0.023  # Holm's is an upper bound; 99.9 % of 1,000 draws


def test_seeds_that_are_added_decide_in_at_most_a_tenth():
    draws = np.random.default_rng(1).normal(size=(1000, 5))
    looks = [(LEVEL / 2**look, count) for look, count in enumerate((2, 3, 5))]
    decided = [
        any(answer([at_least("x", seeds(*row[:count]), 0)], level)[1] != [None] for level, count in looks)
        for row in draws
    ]
    assert 0.04 < np.mean(decided) < 0.1


@pytest.mark.parametrize("name", claims.names())
def test_one_seed_never_decides_a_claim(name):
    claim = claims.get(name)
    for label in ("short", "full"):
        for value in (0.01, 1.0):

            class Same(dict):
                def get(self, key, default=None, value=value):
                    return value

            trials = [{"arm": arm, "seed": 0, "figures": Same()} for arm in claim.arms_of(label)]
            found = Findings(label, claim.protocols[label].settings, trials)
            if name == "three-updates":  # its gradients are computed, not sampled
                continue
            assert claim.judge(found).holds is None


def test_no_setting_is_chosen_on_the_seed_that_reports_it():
    distances = {"2e-4": (10.0, 1.0), "5e-4": (2.0, 5.0), "1e-3": (9.0, 9.0)}
    distances |= dict.fromkeys(("2e-4, 1e-3", "1e-3, 2e-4", "5e-4, 1e-3"), (3.0, 3.0))
    trials = [
        {"arm": arm, "seed": seed, "figures": {"frechet": value}}
        for arm, values in distances.items()
        for seed, value in enumerate(values)
    ]
    verdict = claims.get("two-time-scales").judge(Findings("short", {}, trials))
    ratio = math.sqrt(10 * 5) / 3  # not 2 and 1
    assert f"single rate's is {ratio:.2f} times the best pair's; published are 1.71" in verdict.text
    assert f"logarithm of that ratio {math.log(ratio):.3g} (95 % interval" in verdict.text


def test_two_rates_must_gain_half_of_what_they_gain_in_the_paper():
    def judged(*ratios):
        pairs = [(arm, 1.0) for arm in ("2e-4, 1e-3", "1e-3, 2e-4", "5e-4, 1e-3")]
        trials = [
            {"arm": arm, "seed": seed, "figures": {"frechet": value}}
            for seed, ratio in enumerate(ratios)
            for arm, value in [("2e-4", ratio), ("5e-4", ratio), ("1e-3", ratio), *pairs]
        ]
        return claims.get("two-time-scales").judge(Findings("full", {}, trials))

    assert judged(1.7, 1.72, 1.71).holds is True
    assert judged(1.2, 1.21, 1.19).holds is False  # ahead, and by less than the root of 1.71
    assert judged(0.8, 1.7, 1.2).holds is None
    assert judged(1.7, 1.72, 1.71, -0.01).holds is True  # an estimate below zero has no logarithm
    apart = [
        {"arm": arm, "seed": seed, "figures": {"frechet": 1.0}}
        for seed, arm in enumerate(("2e-4", "2e-4, 1e-3"))
    ]
    with pytest.raises(Missing):
        claims.get("two-time-scales").judge(Findings("full", {}, apart))
