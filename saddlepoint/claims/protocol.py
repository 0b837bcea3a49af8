"""What a claim is made of: arms, the lengths at which they are tried, and what was found."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from saddlepoint.claims.verdict import Demand, Verdict, above, decide
from saddlepoint.evaluate.significance import LEVEL

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
        data: name of the data set that it needs, as ``--data`` takes it; ``NAME@K`` for its first K training
            examples.
        recipe: name of the recipe that it trains.
        flags: settings of :func:`saddlepoint.train` that make it differ from its neighbours.
    """

    data: str
    recipe: str
    flags: Mapping[str, Any] = field(default_factory=dict)


class Missing(LookupError):  # noqa: N818 - a verdict may well lack something
    """The trials lack a figure that a verdict needs."""


@dataclass(frozen=True)
class Findings:
    """All trials of one claim, for its verdict.

    Attributes:
        label: length of the protocol.
        settings: its numbers.
        trials: ``{"arm", "seed", "figures"}`` each.
        level: chance of deciding where there is nothing to decide.
    """

    label: Label
    settings: Mapping[str, Any]
    trials: Sequence[Mapping[str, Any]]
    level: float = LEVEL

    @property
    def arms(self) -> list[str]:
        """Names of the arms that were tried, in the order in which they came."""
        return list(dict.fromkeys(trial["arm"] for trial in self.trials))

    @property
    def figures(self) -> list[str]:
        """Names of all figures that are numbers."""
        named = [n for t in self.trials for n, v in t["figures"].items() if _is_number(v)]
        return list(dict.fromkeys(named))

    def by_seed(self, arm: str, figure: str) -> dict[int, float]:
        """Return seed -> number; raises Missing where there is none."""
        values = {t["seed"]: t["figures"].get(figure) for t in self.trials if t["arm"] == arm}
        numbers = {seed: value for seed, value in values.items() if _is_number(value)}
        if not numbers:
            raise Missing(f"{figure} of {arm}")
        return numbers

    def values(self, arm: str, figure: str) -> list[float]:
        """Return one number a seed; raises Missing where there is none."""
        return list(self.by_seed(arm, figure).values())

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
        if spread is None:
            return text
        return f"{text} ± {spread:.2g}" if spread < 99.5 else f"{text} ± {spread:.0f}"  # 104, not 1e+02

    def above(self, arm: str, other: str, figure: str) -> Demand:
        """Demand that an arm's mean lies above another's."""
        what = f"{figure.replace('_', ' ')} of {arm} less {other}"
        return above(what, self.by_seed(arm, figure), self.by_seed(other, figure))

    def decide(self, demands: Sequence[Demand], text: str, *, some: bool = False, deny: str = "") -> Verdict:
        """Return the verdict on all demands; arguments as for :func:`saddlepoint.claims.verdict.decide`."""
        return decide(demands, text, some=some, deny=deny, level=self.level)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
