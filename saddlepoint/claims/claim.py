"""A registered claim: a published statement, arms that are tried with several seeds, and a verdict on them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.protocol import Arm, Findings, Label, Protocol
from saddlepoint.claims.verdict import Verdict
from saddlepoint.core.registry import Registry, first_line
from saddlepoint.evaluate.card import ARROWS, marked

Trying = Callable[[Bench], dict[str, Any]]
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
        better: on which side of it better generators lie, where it has such a side and is no metric's figure.
        curve: a figure that each row of ``over_time`` among a trial's figures has beside ``step``, which
            pictures show over the training.
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
    better: Literal["lower", "higher"] | None = None
    curve: str | None = None

    @property
    def figure(self) -> str:
        """The headline, with an arrow to where better generators lie."""
        return f"{self.headline} {ARROWS[self.better]}" if self.better else marked(self.headline)

    @property
    def help(self) -> str:
        """The first line of the claim's docstring."""
        return first_line(self.attempt)

    def arms_of(self, label: Label) -> dict[str, Arm]:
        """Return the arms that a protocol tries."""
        chosen = self.protocols[label].arms
        return {name: arm for name, arm in self.arms.items() if chosen is None or name in chosen}


claims: Registry[Claim] = Registry("claim", "saddlepoint.claims.catalogue")


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
    better: Literal["lower", "higher"] | None = None,
    curve: str | None = None,
) -> Callable[[Trying], Trying]:
    """Register a function (Bench) -> {figure: value} as a claim; arguments as for :class:`Claim`."""

    def decorate(attempt: Trying) -> Trying:
        protocols: dict[Label, Protocol] = {"quick": quick, "short": short, "full": full}
        claims.add(
            name,
            Claim(
                name,
                paper=paper,
                where=where,
                published=published,
                headline=headline,
                attempt=attempt,
                judge=judge,
                protocols=protocols,
                arms=dict(arms),
                metrics=metrics,
                better=better,
                curve=curve,
            ),
        )
        return attempt

    return decorate
