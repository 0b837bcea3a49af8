"""A finding: what is wrong, how sure that is, since when, why it happens, and what to change."""

import math
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from saddlepoint.core.registry import Registry, first_line
from saddlepoint.plots.panel import Panel

if TYPE_CHECKING:
    from saddlepoint.diagnosing.signals import Signals


class Evidence(NamedTuple):
    """A figure that speaks for a finding.

    Attributes:
        what: it measures.
        value: what it is.
        limit: from where on it speaks for the finding.
        below: whether that is from the limit downwards.
    """

    what: str
    value: float
    limit: float
    below: bool = False


@dataclass(frozen=True)
class Finding:
    """Something that is wrong with a run.

    Attributes:
        what: in plain words, with its numbers.
        sure: from ½, at the limit, to 1.
        evidence: figures, the strongest first.
        why: what brings it about.
        change: flags that may cure it, by name; None of a flag that the recipe has not.
        advice: what else may.
        since: the step at which it began, where the curves tell it.
        picture: what there is to see beside the figures; called when it is drawn, and only then.
    """

    what: str
    sure: float
    evidence: tuple[Evidence, ...]
    why: str
    change: dict[str, Any] = field(default_factory=dict)
    advice: str = ""
    since: int | None = None
    picture: Callable[[], Iterable[Panel]] = field(default=tuple, repr=False, compare=False)


Look = Callable[["Signals"], Finding | None]


@dataclass(frozen=True)
class Condition:
    """Something that may be wrong with a run.

    Attributes:
        name: what users read.
        after: conditions that explain this one: where they are found, it is not told.
        look: signals -> a finding, or None where all is well or nobody can tell.
        live: whether it is cheap enough, and sure enough, to be looked for while a run trains.
    """

    name: str
    after: tuple[str, ...]
    look: Look
    live: bool = False

    @property
    def help(self) -> str:
        """The first line of its docstring."""
        return first_line(self.look)


conditions: Registry[Condition] = Registry("condition", "saddlepoint.diagnosing.conditions")


def condition(name: str, *, after: tuple[str, ...] = (), live: bool = False) -> Callable[[Look], Look]:
    """Register a function of signals as a condition; arguments as for :class:`Condition`."""

    def decorate(look: Look) -> Look:
        conditions.add(name, Condition(name, after, look, live))
        return look

    return decorate


def unexplained(found: dict[str, Finding]) -> list[tuple[str, Finding]]:
    """Return findings by condition, the surest first, without those that another one explains.

    Those that explain each other in a circle are all told: no one of them is known to come first.
    """
    causes = {name: _causes(name, found) for name in found}
    told = [(name, found[name]) for name in found if all(name in causes[cause] for cause in causes[name])]
    return sorted(told, key=lambda one: -one[1].sure)


def _causes(name: str, found: Collection[str]) -> set[str]:
    """Return what of ``found`` explains a finding, and what explains that."""
    causes: set[str] = set()
    wanted = [name]
    while wanted:
        nearer = {cause for cause in conditions.get(wanted.pop()).after if cause in found} - causes
        causes |= nearer
        wanted += nearer
    return causes


def above(value: float, limit: float) -> float:
    """Return how sure a value speaks for a finding that begins above ``limit``: ½ there, .94 at twice of it."""
    return 1 / (1 + (limit / value) ** 4) if value > 0 else 0.0


def below(value: float, limit: float) -> float:
    """Return how sure a value speaks for a finding that begins below ``limit``: ½ there, .94 at half of it."""
    return 1 / (1 + (value / limit) ** 4) if math.isfinite(value) else 0.0
