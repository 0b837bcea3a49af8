"""Whether two configurations differ, given what each of their seeds scored."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from scipy import stats

from saddlepoint.evaluate.interval import Z

Test = Literal["paired", "welch", "one against several", "sampling noise"]


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
    """How far two configurations lie apart.

    Attributes:
        value: mean of the second less mean of the first.
        low: lower end of the 95 % interval.
        high: upper end of the 95 % interval.
        p: probability of a difference at least as large where there is none.
        test: what the interval and p rest on. ``paired``: differences at the same seeds, Student's t.
            ``welch``: other seeds, Welch's t. ``one against several``: Student's t with the scatter of the
            several, as if the other configuration scattered as much. ``sampling noise``: one seed each, a
            normal interval of the samples' noise, which says nothing of other seeds.
    """

    value: float
    low: float
    high: float
    p: float
    test: Test

    @property
    def over_seeds(self) -> bool:
        """Whether the interval covers what another seed would change."""
        return self.test != "sampling noise"


def difference(a: Scores, b: Scores) -> Difference:
    """Compare two configurations; which test is used depends on their seeds alone, never on their values."""
    one, two = (np.array(list(scores.value.values())) for scores in (a, b))
    gap = float(two.mean() - one.mean())
    if len(one) == len(two) == 1:
        error = math.hypot(*a.error.values(), *b.error.values())
        return _difference(gap, error, math.inf, "sampling noise")
    if a.value.keys() == b.value.keys():
        gaps = np.array([b.value[seed] - a.value[seed] for seed in a.value])
        return _difference(gap, _error(gaps), len(gaps) - 1, "paired")
    if min(len(one), len(two)) == 1:
        many = one if len(one) > 1 else two
        spread = float(many.std(ddof=1))
        return _difference(gap, spread * math.sqrt(1 + 1 / len(many)), len(many) - 1, "one against several")
    errors = np.array([_error(one), _error(two)])
    square = errors**2
    total = square.sum()
    freedom = total**2 / (square**2 / [len(one) - 1, len(two) - 1]).sum() if total else 1.0
    return _difference(gap, math.sqrt(total), freedom, "welch")


def holm(p: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number: one false finding in 20 over all of them (Holm 1979)."""
    adjusted = [1.0] * len(p)
    largest = 0.0
    for rank, index in enumerate(sorted(range(len(p)), key=lambda i: p[i])):
        largest = max(largest, min(1.0, (len(p) - rank) * p[index]))
        adjusted[index] = largest
    return adjusted


def _error(values: np.ndarray) -> float:
    return float(values.std(ddof=1)) / math.sqrt(len(values))


def _difference(gap: float, error: float, freedom: float, test: Test) -> Difference:
    if error == 0:
        return Difference(gap, gap, gap, 0.0 if gap else 1.0, test)
    if math.isinf(freedom):
        reach, p = Z * error, 2 * float(stats.norm.sf(abs(gap) / error))
    else:
        reach = float(stats.t.ppf(0.975, freedom)) * error
        p = 2 * float(stats.t.sf(abs(gap) / error, freedom))
    return Difference(gap, gap - reach, gap + reach, p, test)
