"""Which figures rank configurations, which differences between them are real, and the order that follows."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from saddlepoint.comparing.configurations import Entry, Group, differing
from saddlepoint.data.dataset import Dataset
from saddlepoint.evaluate import Card, Figure
from saddlepoint.evaluate.significance import LEVEL, Difference, Scores, difference, holm
from saddlepoint.evaluate.statistics import Z

UNSEEN = 0.25  # most that the variance of one mode, found or not, can be


@dataclass(frozen=True)
class Pair:
    """Two configurations, the better one first.

    Attributes:
        better: place of the first among the groups.
        worse: place of the second.
        figure: the figure that tells them apart, or the first that could.
        difference: by how much the second falls shorter of the best possible in it.
        adjusted: its p after Holm's correction for all tests.
    """

    better: int
    worse: int
    figure: str
    difference: Difference
    adjusted: float

    @property
    def differ(self) -> bool:
        """Whether the difference is more than chance, as far as the test can see."""
        return self.adjusted < LEVEL


@dataclass(frozen=True)
class Ranking:
    """Configurations, the best first.

    Attributes:
        data: the data that all were trained on.
        groups: the configurations, the best first.
        pairs: every two of them.
    """

    data: Dataset
    groups: tuple[Group, ...]
    pairs: tuple[Pair, ...]

    @property
    def entries(self) -> list[Entry]:
        """All runs, in the order of their groups."""
        return [entry for group in self.groups for entry in group.entries]

    @property
    def card(self) -> Card:
        """The card of the first run, for what is common to all."""
        return self.groups[0].entries[0].card

    @property
    def criteria(self) -> tuple[str, ...]:
        """The figures that rank, the first one first."""
        return criteria(self.card)

    @property
    def ranked_by(self) -> str:
        """The first of the figures that rank."""
        return self.criteria[0]

    @property
    def figures(self) -> list[str]:
        """Names of the figures that every card has, those that rank first."""
        rest = [name for name in self.card.figures if name not in self.criteria]
        return [*self.criteria, *(name for name in rest if all(group.estimate(name) for group in self.groups))]

    @property
    def differing(self) -> dict[str, list[Any]]:
        """The settings that are not the same for all groups, with the value of each group."""
        return differing([group.settings for group in self.groups])

    @property
    def tests(self) -> int:
        """How many differences were tested together."""
        return len(self.pairs) * len(self.criteria)


def criteria(card: Card) -> tuple[str, ...]:
    """Return the figures that rank: of points with known modes these and then their quality, else Fréchet.

    A Fréchet distance of points sees their mean and covariance alone, which a blur over all modes has right.
    """
    return ("modes", "high_quality") if "modes" in card.figures else ("frechet",)


def scores(group: Group, name: str) -> Scores:
    """Return by how much each seed falls short of the best possible figure, and its standard error."""
    value, error = {}, {}
    for entry in group.entries:
        figure = entry.card[name]
        value[entry.seed] = _shortfall(name, figure)
        error[entry.seed] = _error(name, figure)
    return Scores(value, error)


def ranked(groups: Sequence[Group], figures: Sequence[str]) -> tuple[tuple[Group, ...], tuple[Pair, ...]]:
    """Order configurations and tell every two of them apart by the first of ``figures`` that can.

    Holm's correction covers every figure of every pair, whichever decides. The order is that of the means,
    unless a later figure decides against it.

    Returns:
        The groups, the best first, with their ranks, and the pairs.
    """
    readings = {name: [scores(group, name) for group in groups] for name in figures}
    means = [
        [float(np.mean([*readings[name][i].value.values()])) for name in figures] for i in range(len(groups))
    ]
    start = sorted(range(len(groups)), key=lambda i: means[i])
    places = list(itertools.combinations(start, 2))
    tests = [[difference(readings[name][a], readings[name][b]) for name in figures] for a, b in places]
    adjusted = iter(holm([gap.p for test in tests for gap in test]))
    pairs = []
    for (a, b), test in zip(places, tests, strict=True):
        options = list(zip(figures, test, [next(adjusted) for _ in figures], strict=True))
        certain = [option for option in options if option[2] < LEVEL]
        name, gap, p = (certain or [option for option in options if option[1].value] or options)[0]
        if gap.value < 0:  # a later figure speaks against the order of the means
            a, b, gap = b, a, _turned(gap)
        pairs.append(Pair(a, b, name, gap, p))
    above = [sum(pair.differ for pair in pairs if pair.worse == i) for i in range(len(groups))]
    below = [sum(pair.differ for pair in pairs if pair.better == i) for i in range(len(groups))]
    against_means = any(start.index(pair.better) > start.index(pair.worse) for pair in pairs if pair.differ)
    order = sorted(start, key=lambda i: (above[i], -below[i])) if against_means else start
    final = tuple(replace(groups[i], rank=(1 + above[i], len(groups) - below[i])) for i in order)
    moved = {i: place for place, i in enumerate(order)}
    return final, tuple(replace(pair, better=moved[pair.better], worse=moved[pair.worse]) for pair in pairs)


def _shortfall(name: str, figure: Figure) -> float:
    assert figure.value is not None
    if name == "modes":
        return float(figure.detail["of"]) - figure.value
    if name == "high_quality":  # more than true samples have is as wrong as less
        return abs(figure.value - figure.detail["perfect"])
    return figure.value


def _error(name: str, figure: Figure) -> float:
    """Return the standard error of a figure from the samples that it rests on."""
    if name == "modes":
        # With n samples on a mode, other samples would miss it with the probability exp(−n).
        missed = np.exp(-np.array(figure.detail["counts"], np.float64))
        return math.sqrt(np.where(missed == 1, UNSEEN, missed * (1 - missed)).sum())
    if figure.high is None or figure.low is None or figure.value is None:
        return 0.0
    return (figure.high - figure.low) / (2 * Z) if name == "high_quality" else (figure.high - figure.value) / Z


def _turned(gap: Difference) -> Difference:
    return replace(gap, value=-gap.value, low=-gap.high, high=-gap.low)
