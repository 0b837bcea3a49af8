"""What a claim is: a published statement, arms that are tried with several seeds, and a verdict on them."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from saddlepoint.core.registry import Registry, first_line

if TYPE_CHECKING:
    from saddlepoint.claims.bench import Bench

Label = Literal["quick", "short", "full"]
LABELS: dict[Label, str] = {
    "quick": "quick: seconds, proves only that it runs",
    "short": "short: about ten minutes on two CPU cores, less than the paper's",
    "full": "full: the paper's length where a machine can do it; the claim says where not",
}


@dataclass(frozen=True)
class Protocol:
    """One length at which a claim can be run.

    Attributes:
        seeds: how many seeds by default.
        minutes: expected time for all of them on two CPU cores, evaluation included.
        settings: numbers that the trial reads; they are stored with the result.
        arms: names of the arms that are tried, None for all.
    """

    seeds: int
    minutes: float
    settings: Mapping[str, Any]
    arms: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Arm:
    """One side of a comparison.

    Attributes:
        data: name of the data set that it needs; ``NAME@K`` for its first K training examples.
        recipe: name of the recipe that it trains.
        flags: settings of :func:`saddlepoint.train` that make it differ from its neighbours.
    """

    data: str
    recipe: str
    flags: Mapping[str, Any] = field(default_factory=dict)


class Verdict(NamedTuple):
    """What the trials say of the claim.

    Attributes:
        holds: whether it holds; None where they do not decide it.
        text: one or two sentences with the numbers behind it.
    """

    holds: bool | None
    text: str


def every(answers: Sequence[bool | None], text: str) -> Verdict:
    """Return the verdict that demands all answers: one no is a no, and else one that is not decided (None)."""
    if False in answers:
        return Verdict(False, text)
    if None in answers:
        return Verdict(None, f"{text} Not decided: a gap is no larger than its spread over seeds, or has none.")
    return Verdict(True, text)


class Missing(LookupError):  # noqa: N818 - a verdict may well lack something
    """The trials lack a figure that a verdict needs."""


@dataclass(frozen=True)
class Findings:
    """All trials of one claim, for its verdict.

    Attributes:
        label: length of the protocol.
        settings: its numbers.
        trials: ``{"arm", "seed", "figures"}`` each.
    """

    label: Label
    settings: Mapping[str, Any]
    trials: Sequence[Mapping[str, Any]]

    @property
    def arms(self) -> list[str]:
        """Names of the arms that were tried, in the order in which they came."""
        return list(dict.fromkeys(trial["arm"] for trial in self.trials))

    @property
    def figures(self) -> list[str]:
        """Names of all figures that are numbers."""
        named = [n for t in self.trials for n, v in t["figures"].items() if _is_number(v)]
        return list(dict.fromkeys(named))

    def values(self, arm: str, figure: str) -> list[float]:
        """Return one number a seed; raises Missing where there is none."""
        found = [t["figures"].get(figure) for t in self.trials if t["arm"] == arm]
        found = [value for value in found if _is_number(value)]
        if not found:
            raise Missing(f"{figure} of {arm}")
        return found

    def has(self, arm: str, figure: str) -> bool:
        """Say whether any seed of an arm, if it was tried, has a number for ``figure``."""
        return any(t["arm"] == arm and _is_number(t["figures"].get(figure)) for t in self.trials)

    def mean(self, arm: str, figure: str) -> float:
        """Return the mean over seeds; raises Missing where there is none."""
        return statistics.fmean(self.values(arm, figure))

    def spread(self, arm: str, figure: str) -> float | None:
        """Return the standard deviation over seeds, None for a single one."""
        values = self.values(arm, figure)
        return statistics.stdev(values) if len(values) > 1 else None

    def show(self, arm: str, figure: str, digits: int = 3) -> str:
        """Return ``mean ± standard deviation over seeds`` with significant digits."""
        spread = self.spread(arm, figure)
        text = f"{self.mean(arm, figure):.{digits}g}"
        return text if spread is None else f"{text} ± {spread:.2g}"

    def above(self, arm: str, other: str, figure: str) -> bool | None:
        """Say whether an arm's mean lies above another's by more than the spread of that gap over seeds.

        The spread is the root of both arms' variances. None where the gap is no larger, and with a single seed.
        """
        gap = self.mean(arm, figure) - self.mean(other, figure)
        spreads = self.spread(arm, figure), self.spread(other, figure)
        if spreads[0] is None or spreads[1] is None or abs(gap) <= math.hypot(spreads[0], spreads[1]):
            return None
        return gap > 0


Trying = Callable[["Bench"], dict[str, Any]]
Judging = Callable[[Findings], Verdict]


@dataclass(frozen=True)
class Claim:
    """A registered claim.

    Attributes:
        name: what users type.
        paper: who published it.
        where: table or figure.
        published: the published value or statement, in a few words.
        headline: the figure that stands for the result in tables.
        attempt: runs one arm with one seed; returns its figures by name.
        judge: says whether all of them together bear the claim out.
        protocols: by label.
        arms: by name.
        metrics: registered metrics that it needs.
    """

    name: str
    paper: str
    where: str
    published: str
    headline: str
    attempt: Trying
    judge: Judging
    protocols: Mapping[Label, Protocol]
    arms: Mapping[str, Arm]
    metrics: tuple[str, ...] = ()

    @property
    def help(self) -> str:
        """The first line of the claim's docstring."""
        return first_line(self.attempt)

    def arms_of(self, label: Label) -> dict[str, Arm]:
        """Return the arms that a protocol tries."""
        chosen = self.protocols[label].arms
        return {name: arm for name, arm in self.arms.items() if chosen is None or name in chosen}


claims: Registry[Claim] = Registry("claim", "saddlepoint.claims")


def claim(
    name: str,
    *,
    paper: str,
    where: str,
    published: str,
    headline: str,
    judge: Judging,
    quick: Protocol,
    short: Protocol,
    full: Protocol,
    arms: Mapping[str, Arm],
    metrics: tuple[str, ...] = (),
) -> Callable[[Trying], Trying]:
    """Register a function (Bench) -> {figure: value} as a claim; arguments as for :class:`Claim`."""

    def decorate(attempt: Trying) -> Trying:
        protocols: dict[Label, Protocol] = {"quick": quick, "short": short, "full": full}
        claims.add(
            name,
            Claim(name, paper, where, published, headline, attempt, judge, protocols, dict(arms), metrics),
        )
        return attempt

    return decorate


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
