"""Whether two configurations differ, or one differs from a bar, given what each of their seeds scored.

All tests are two-sided; a difference counts where its p, after Holm's correction for all that are tested
together, is below ``LEVEL``.
"""

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

import numpy as np
from scipy import special, stats

from saddlepoint.evaluate.statistics import Z

LEVEL = 0.05
POWER = 0.8
MOST = 1_000  # seeds that anybody is asked for

Test = Literal["paired", "welch", "one against several", "sampling noise", "one sample", "shares", "majority"]


class Scores(NamedTuple):
    """One figure of all runs of one configuration.

    Attributes:
        value: seed -> figure.
        error: seed -> standard error of that figure from the samples that it rests on.
    """

    value: Mapping[int, float]
    error: Mapping[int, float]


@dataclass(frozen=True)
class Difference:
    """How far two configurations lie apart, or one from a bar.

    Attributes:
        value: mean of the second less mean of the first, or of the first less the bar.
        low: lower end of the 95 % interval.
        high: upper end of the 95 % interval.
        p: probability of a difference at least as large where there is none.
        test: what the interval and p rest on. ``paired``: differences at the same seeds, Student's t.
            ``welch``: other seeds, Welch's t. ``one against several``: Student's t with the scatter of the
            several, as if the other configuration scattered as much. ``sampling noise``: one seed each, a
            normal interval of the samples' noise, which says nothing of other seeds. ``one sample``: Student's
            t against a bar. ``shares``: Santner and Snell's exact test and interval. ``majority``: the exact
            binomial test against one half and the interval of Clopper and Pearson.
        scatter: standard deviation of the differences that single seeds show; nan where it is not known.
    """

    value: float
    low: float
    high: float
    p: float
    test: Test
    scatter: float = math.nan

    @property
    def over_seeds(self) -> bool:
        """Whether the interval covers what another seed would change."""
        return self.test != "sampling noise"


def difference(a: Scores, b: Scores) -> Difference:
    """Compare two configurations; which test is used depends on their seeds alone, never on their values.

    Where no seed differs from another there is no scatter for Student's t: p is then that of as many equal
    signs, or of the most extreme order of ranks.
    """
    one, two = (np.array(list(scores.value.values())) for scores in (a, b))
    gap = float(two.mean() - one.mean())
    if len(one) == len(two) == 1:
        error = math.hypot(*a.error.values(), *b.error.values())
        if error == 0:
            return Difference(gap, gap, gap, float(gap == 0), "sampling noise")
        p = 2 * float(stats.norm.sf(abs(gap) / error))
        return Difference(gap, gap - Z * error, gap + Z * error, p, "sampling noise")
    if a.value.keys() == b.value.keys():
        return _one_sample(np.array([b.value[seed] - a.value[seed] for seed in a.value]), "paired")
    ranks = 2 / math.comb(len(one) + len(two), len(one))
    if min(len(one), len(two)) == 1:
        many = one if len(one) > 1 else two
        spread, count = float(many.std(ddof=1)), len(many)
        error = spread * math.sqrt(1 + 1 / count)
        return _student(gap, error, count - 1, "one against several", math.sqrt(2) * spread, ranks)
    square = np.array([one.var(ddof=1) / len(one), two.var(ddof=1) / len(two)])
    total = square.sum()
    freedom = total**2 / (square**2 / [len(one) - 1, len(two) - 1]).sum() if total else 1.0
    scatter = math.hypot(one.std(ddof=1), two.std(ddof=1))
    return _student(gap, math.sqrt(total), freedom, "welch", scatter, ranks)


def against(values: Sequence[float], bar: float) -> Difference:
    """Compare the mean of at least two seeds' values with a fixed number (Student's t of one sample)."""
    return _one_sample(np.array(values) - bar, "one sample")


def shares(a: Sequence[int], b: Sequence[int]) -> Difference:
    """Compare how often something happened, 0 or 1 a seed, in b and in a.

    The interval holds the differences that the observed one is no rare exception from: under them one as large,
    or as small, has a probability of 2.5 % for some pair of shares (Santner and Snell 1980); p is that of no
    difference, so that it is below 0.05 where the interval leaves 0 out, and only there. Where there is no
    difference at most one test in 20 finds one, whatever the shares are.
    """
    hits, trials = (sum(a), sum(b)), (len(a), len(b))
    before, after = hits[0] / trials[0], hits[1] / trials[1]
    gap = after - before

    def more(true: float) -> float:
        return _as_large(gap, true, *trials)

    def fewer(true: float) -> float:
        return _as_large(-gap, -true, *trials)

    p = min(1.0, 2 * min(more(0.0), fewer(0.0)))
    scatter = math.sqrt(before * (1 - before) + after * (1 - after))
    return Difference(gap, _least(more, gap), -_least(lambda true: fewer(-true), -gap), p, "shares", scatter)


def _as_large(gap: float, true: float, before: int, after: int) -> float:
    """Return the largest probability, over all pairs of shares that differ by ``true``, of a gap as large.

    ``before`` and ``after`` are the trials; the shares lie on a grid of 200 steps.
    """
    share = np.linspace(max(0.0, -true), min(1.0, 1.0 - true), 201)
    counts = np.arange(before + 1)[:, None]
    needed = np.ceil(after * (gap + counts / before) - 1e-9)
    likely = stats.binom.pmf(counts, before, share) * stats.binom.sf(needed - 1, after, share + true)
    return float(likely.sum(0).max())


def _least(probability: Callable[[float], float], found: float) -> float:
    """Return the least true difference under which one as large as was found is no exception, by bisection."""
    low, high = -1.0, found
    while high - low > 1e-6:
        middle = 0.0 if low == -1 and high > 0 else (low + high) / 2  # 0 first: it is on the side that p says
        low, high = (low, middle) if probability(middle) >= LEVEL / 2 else (middle, high)
    return high


def majority(hits: Sequence[int]) -> Difference:
    """Compare how often something happened, 0 or 1 a seed, with every second time."""
    count, trials = sum(hits), len(hits)
    share, found = count / trials, stats.binomtest(count, trials)
    low, high = found.proportion_ci(1 - LEVEL, "exact")  # what the test inverts to
    p = float(found.pvalue)
    return Difference(share - 0.5, low - 0.5, high - 0.5, p, "majority", math.sqrt(share * (1 - share)))


def holm(p: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number: one false finding in 20 over all of them (Holm 1979)."""
    adjusted = [1.0] * len(p)
    largest = 0.0
    for rank, index in enumerate(sorted(range(len(p)), key=lambda i: p[i])):
        largest = max(largest, min(1.0, (len(p) - rank) * p[index]))
        adjusted[index] = largest
    return adjusted


def power(effect: float, seeds: int, level: float = LEVEL) -> float:
    """Return the probability that a t-test over seeds finds a difference.

    Args:
        effect: true difference in units of the scatter of single seeds' differences.
        seeds: of one sample, or pairs.
        level: two-sided error rate where there is no difference.
    """
    # scipy's noncentral t is NaN for large effects: average the normal's power over scatters instead.
    freedom, centre = seeds - 1, abs(effect) * math.sqrt(seeds)
    reach = -special.stdtrit(freedom, level / 2) * _scatters(freedom)
    return float(np.mean(special.ndtr(centre - reach) + special.ndtr(-centre - reach)))


@cache
def _scatters(freedom: int) -> np.ndarray:
    """Return equally likely standard deviations, in units of the true one, with so many degrees of freedom."""
    return np.sqrt(special.chdtri(freedom, (np.arange(1_000) + 0.5) / 1_000) / freedom)


def seeds_needed(found: Difference, level: float = LEVEL) -> int | None:
    """Return how many seeds decide a difference of this size in four cases of five.

    The scatter is taken as it was found. None where there is no difference, or over 1,000 are needed. Exact
    tests find more and less in turn as seeds are added: up to 40 the first number that suffices is taken.
    """
    if found.value == 0 or found.test == "sampling noise":
        return None
    if found.test in ("shares", "majority"):
        return _exactly_needed(lambda seeds: _exact_power(found, seeds, level) >= POWER)
    if found.scatter == 0:
        return 1 + math.ceil(-math.log2(level))  # equal signs: p = 2 · 2⁻ⁿ
    effect, counts = abs(found.value) / found.scatter, range(2, MOST + 1)
    index = bisect_left(counts, POWER, key=lambda seeds: power(effect, seeds, level))
    return counts[index] if index < len(counts) else None


def _exactly_needed(enough: Callable[[int], bool]) -> int | None:
    if not enough(MOST):
        return None
    few, many = range(2, 41), range(41, MOST + 1)
    return next(filter(enough, few), None) or many[bisect_left(many, True, key=enough)]


def _exact_power(found: Difference, seeds: int, level: float) -> float:
    """Return the probability that an exact test with so many seeds, of each, decides what was found."""
    if found.test == "majority":
        needed = _hits_needed(seeds, level)
        return float(stats.binom.sf(needed - 1, seeds, 0.5 + abs(found.value)))
    gap = abs(found.value)
    # What the scatter says of both shares; that of the other two, as far from 1 as these from 0, is the same.
    root = max(0.0, (1 - gap) ** 2 - 2 * (found.scatter**2 - gap + gap**2))
    before = min(max(0.0, (1 - gap - math.sqrt(root)) / 2), 1 - gap)
    counts, needed = np.arange(seeds + 1), _more_needed(seeds, level)
    likely = stats.binom.pmf(counts, seeds, before) * stats.binom.sf(counts + needed - 1, seeds, before + gap)
    return float(likely.sum())


@cache
def _hits_needed(seeds: int, level: float) -> int:
    """Return in how many seeds something must happen to be more than every second time."""

    def enough(hits: int) -> bool:
        return bool(2 * stats.binom.sf(hits - 1, seeds, 0.5) < level)

    return bisect_left(range(seeds + 1), True, key=enough)


@cache
def _more_needed(seeds: int, level: float) -> int:
    """Return in how many more seeds something must happen than in as many others."""

    def enough(more: int) -> bool:
        return 2 * _as_large(more / seeds, 0.0, seeds, seeds) < level

    return bisect_left(range(seeds + 1), True, key=enough)


def _one_sample(gaps: np.ndarray, test: Test) -> Difference:
    scatter, count = float(gaps.std(ddof=1)), len(gaps)
    error = scatter / math.sqrt(count)
    return _student(float(gaps.mean()), error, count - 1, test, scatter, 2.0 ** (1 - count))


def _student(
    gap: float, error: float, freedom: float, test: Test, scatter: float, unscattered: float
) -> Difference:
    """Return Student's interval and p; ``unscattered`` is p of a difference without any scatter."""
    if error <= 1e-12 * abs(gap):
        return Difference(gap, gap, gap, unscattered if gap else 1.0, test, 0.0)
    reach = -float(special.stdtrit(freedom, 0.025)) * error
    p = 2 * float(special.stdtr(freedom, -abs(gap) / error))
    return Difference(gap, gap - reach, gap + reach, p, test, scatter)
