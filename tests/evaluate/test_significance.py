from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats

from saddlepoint.evaluate.significance import (
    LEVEL,
    Scores,
    against,
    difference,
    holm,
    majority,
    power,
    seeds_needed,
    shares,
)


def scores(values, first=0, error=0.1):
    seeds = range(first, first + len(values))
    return Scores(dict(zip(seeds, values, strict=True)), dict.fromkeys(seeds, error))


def test_the_same_seeds_are_paired():
    a, b = [10.0, 20.0, 30.0], [11.0, 21.5, 31.0]
    found = difference(scores(a), scores(b))
    assert found.test == "paired"
    exact: Any = stats.ttest_rel(b, a)
    assert found.p == pytest.approx(exact.pvalue)
    low, high = exact.confidence_interval()
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.value == pytest.approx(3.5 / 3)


def test_other_seeds_are_not_paired():
    a, b = [10.0, 12.0, 11.0, 14.0], [15.0, 25.0, 19.0]
    found = difference(scores(a), scores(b, first=7))
    assert found.test == "welch"
    exact: Any = stats.ttest_ind(b, a, equal_var=False)
    assert found.p == pytest.approx(exact.pvalue)
    low, high = exact.confidence_interval()
    assert (found.low, found.high) == pytest.approx((low, high))


def test_one_run_against_several_borrows_their_scatter():
    a, b = [10.0, 12.0, 11.0], [18.0]
    found = difference(scores(a), scores(b))
    assert found.test == "one against several"
    exact: Any = stats.ttest_ind(b, a)
    assert found.p == pytest.approx(exact.pvalue)
    assert difference(scores(b), scores(a)).value == -found.value
    assert found.over_seeds


def test_one_seed_each_knows_the_noise_of_samples_only():
    found = difference(scores([10.0], error=0.3), scores([11.0], error=0.4))
    assert found.test == "sampling noise"
    assert not found.over_seeds
    assert (found.low, found.high) == pytest.approx((1 - 0.98, 1 + 0.98), abs=1e-3)
    assert found.p == pytest.approx(2 * stats.norm.sf(2))


def test_equal_runs_do_not_differ():
    assert difference(scores([1.0, 2.0]), scores([1.0, 2.0])).p == 1


def test_equal_configurations_are_told_apart_once_in_twenty():
    rng = np.random.default_rng(0)
    draws = rng.normal(size=(2000, 6))
    for first in (0, 9):
        found = [difference(scores(row[:3]), scores(row[3:], first=first)).p < 0.05 for row in draws]
        assert 0.025 < np.mean(found) < 0.07


def test_holms_correction():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5]) == [0.5]
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_without_scatter_p_is_that_of_as_many_equal_signs_or_ranks():
    paired = difference(scores([1.0, 1.0, 1.0]), scores([2.0, 2.0, 2.0]))
    assert (paired.test, paired.p) == ("paired", 2 * 0.5**3)
    apart = difference(scores([1.0, 1.0, 1.0]), scores([2.0, 2.0], first=7))
    exact: Any = stats.mannwhitneyu([1.0, 1.1, 1.2], [2.0, 2.1], method="exact")
    assert apart.p == pytest.approx(exact.pvalue)
    assert seeds_needed(paired) == 6
    assert difference(scores([1.0] * 6), scores([2.0] * 6)).p < 0.05


def test_shares_and_majorities():
    # Five of five against none: x⁵·(1 − x)⁵ is largest at one half.
    found = shares([0] * 5, [1] * 5)
    assert (found.value, found.p) == (1.0, pytest.approx(2 * 0.5**10))
    # Under a true difference δ it has the probability ((1 − x)·(x + δ))⁵, largest where both are (1 + δ)/2.
    assert found.low == pytest.approx(2 * (LEVEL / 2) ** 0.1 - 1, abs=1e-4)
    assert found.high == pytest.approx(1.0, abs=1e-5)
    # Four of five against none: that, or one count less in either.
    assert shares([0] * 5, [1] * 4 + [0]).p == pytest.approx(2 * 11 / 2**10)
    assert majority([1] * 6).p == pytest.approx(1 / 32)
    assert majority([1, 0, 1, 1]).value == 0.25
    # Clopper and Pearson: six of six leave out shares x with x⁶ < 2.5 %.
    assert majority([1] * 6).low == pytest.approx((LEVEL / 2) ** (1 / 6) - 0.5)


@pytest.mark.parametrize(("before", "after"), [(3, 3), (5, 4)])
def test_shares_err_in_one_case_of_twenty_at_most_and_never_contradict_themselves(before, after):
    """Over all outcomes: where nothing differs, and for every share, differences are found in 5 % at most."""
    share = np.linspace(0, 1, 101)
    wrong = np.zeros_like(share)
    for a in range(before + 1):
        for b in range(after + 1):
            found = shares([1] * a + [0] * (before - a), [1] * b + [0] * (after - b))
            assert (found.p < LEVEL) == (not found.low <= 0 <= found.high), (a, b)
            assert found.low <= found.value <= found.high
            if found.p < LEVEL:
                wrong += stats.binom.pmf(a, before, share) * stats.binom.pmf(b, after, share)
    assert 0.01 < wrong.max() <= LEVEL


def test_majorities_never_contradict_themselves():
    for count in range(2, 16):
        for hits in range(count + 1):
            found = majority([1] * hits + [0] * (count - hits))
            assert (found.p < LEVEL) == (not found.low <= 0 <= found.high), (hits, count)


@pytest.mark.parametrize(("effect", "count"), [(0.5, 2), (1.0, 5), (0.4, 60), (3.0, 3), (-1.0, 5)])
def test_power_is_that_of_the_noncentral_t(effect, count):
    reach, centre = stats.t.ppf(0.975, count - 1), effect * count**0.5
    exact = stats.nct.sf(reach, count - 1, centre) + stats.nct.cdf(-reach, count - 1, centre)
    assert power(effect, count) == pytest.approx(exact, abs=1e-4)


def test_seeds_needed_are_those_of_the_tables():
    # Cohen (1988), paired: 80 % power at 5 %, two-sided
    for effect, count in ((0.2, 199), (0.5, 34), (0.8, 15)):
        found = against([10 + effect / 2**0.5 + 1, 10 + effect / 2**0.5 - 1], 10)
        assert found.value / found.scatter == pytest.approx(effect / 2, rel=1e-6)
        assert seeds_needed(replace(found, value=effect, scatter=1.0)) == count
    assert seeds_needed(replace(found, value=20.0, scatter=1.0)) == 2
    assert seeds_needed(replace(found, value=0.01, scatter=1.0)) is None
    assert seeds_needed(replace(found, value=0.0)) is None


@pytest.mark.parametrize(("before", "after", "trials"), [(1, 6, 10), (0, 4, 8), (9, 10, 10)])
def test_as_many_seeds_decide_between_shares_in_four_cases_of_five(before, after, trials):
    found = shares(*([1] * hits + [0] * (trials - hits) for hits in (before, after)))
    count = seeds_needed(found)
    if count is None or count > 40:  # the exact test of many counts takes long
        assert abs(found.value) < 0.2
        return
    counts = np.arange(count + 1)
    likely = stats.binom.pmf(counts[:, None], count, before / trials) * stats.binom.pmf(
        counts, count, after / trials
    )
    decided = [
        [shares([1] * i + [0] * (count - i), [1] * j + [0] * (count - j)).p < LEVEL for j in counts]
        if row.sum() > 1e-4
        else [False] * len(counts)
        for i, row in enumerate(likely)
    ]
    assert 0.79 < (likely * decided).sum() < 0.9


@pytest.mark.parametrize(("hits", "trials"), [(9, 10), (8, 10), (2, 3)])
def test_as_many_seeds_decide_a_majority_in_four_cases_of_five(hits, trials):
    count = seeds_needed(majority([1] * hits + [0] * (trials - hits)))
    assert count is not None
    decided = [stats.binomtest(k, count).pvalue < LEVEL for k in range(count + 1)]
    assert 0.8 <= stats.binom.pmf(range(count + 1), count, hits / trials) @ decided < 0.9
    assert seeds_needed(majority([1] * 3)) == 6
    assert seeds_needed(shares([0] * 3, [1] * 3)) == 3
