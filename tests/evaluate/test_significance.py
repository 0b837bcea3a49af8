from typing import Any

import numpy as np
import pytest
from scipy import stats

from saddlepoint.evaluate.significance import Scores, difference, holm


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
    assert difference(scores([1.0, 1.0]), scores([2.0, 2.0], first=5)).p == 0


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
