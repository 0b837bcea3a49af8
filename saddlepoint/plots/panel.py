"""What a picture of evidence shows, before it is drawn: curves, groups of numbers, bars, and examples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np


@dataclass(frozen=True)
class Curves:
    """Values over steps, or over something else.

    Attributes:
        title: a line above.
        over: what ``x`` counts, with its unit.
        x: (n,) ascending.
        lines: (n,) values by name; NaN where there is none, and a cross where one is infinite.
        limits: from where on values speak for the finding.
        since: the ``x`` at which it began.
    """

    title: str
    over: str
    x: np.ndarray
    lines: Mapping[str, np.ndarray]
    limits: tuple[float, ...] = ()
    since: float | None = None


@dataclass(frozen=True)
class Histogram:
    """How numbers of some groups are distributed.

    Attributes:
        title: a line above.
        over: what the numbers are, with their unit.
        groups: (n,) numbers by name.
        limits: from where on numbers speak for the finding.
    """

    title: str
    over: str
    groups: Mapping[str, np.ndarray]
    limits: tuple[float, ...] = ()


@dataclass(frozen=True)
class Bars:
    """A figure for each of some parts, layers or players.

    Attributes:
        title: a line above.
        over: what the parts are.
        groups: (n,) figures by name; the second group's bars stand in front of the first one's.
        limit: from where on a figure speaks for the finding: one for all, or (n,) one for each.
        names: of the parts, where they have some.
    """

    title: str
    over: str
    groups: Mapping[str, np.ndarray]
    limit: float | np.ndarray | None = None
    names: Sequence[str] = ()


@dataclass(frozen=True)
class Examples:
    """Examples as their kind is drawn.

    Attributes:
        title: a line above.
        examples: (n, ...) as they lie in memory; the first ones are drawn.
        every: whether all are drawn: n is then a square number, and images make as many rows as columns.
    """

    title: str
    examples: np.ndarray = field(repr=False)
    every: bool = False


Panel = Curves | Histogram | Bars | Examples

# A figure's name and value, the limit from which on it speaks for a finding, and whether that is downwards.
Measured = tuple[str, float, float, bool]


class Section(NamedTuple):
    """What speaks for one finding.

    Attributes:
        heading: a line.
        text: below it.
        measured: figures that are drawn first; those that are no numbers are left out.
        panels: what else there is to see; examples, which are often compared, stand in a row of their own where
            there is no room for all.
    """

    heading: str
    text: str
    measured: Sequence[Measured]
    panels: Sequence[Panel]
