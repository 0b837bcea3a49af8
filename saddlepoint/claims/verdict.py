"""How a claim is decided: what it demands is tested over seeds, and all of that together gives the verdict."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import fmean
from typing import Any, NamedTuple

from saddlepoint.evaluate.significance import (
    LEVEL,
    Difference,
    Scores,
    against,
    difference,
    holm,
    majority,
    seeds_needed,
    shares,
)

FEW = 3  # seeds to ask for where a single one leaves their scatter unknown
ONE = "Not decided: one seed does not show what another would change."
OPEN = "Not decided: a gap is no larger than what other seeds would change."

Seeds = Mapping[int, float]  # seed -> figure
Range = tuple[float, float]
EVERYTHING: Range = (-math.inf, math.inf)
SHARE: Range = (0.0, 1.0)


class Verdict(NamedTuple):
    """What the trials say of the claim.

    Attributes:
        holds: whether it holds; None where they do not decide it.
        text: a few sentences with the numbers behind it.
        tests: what was tested: the difference, its interval, p, p after Holm's correction, and the answer.
        seeds: how many seeds would decide it if the effect is what it seems; None where it is decided, or where
            seeds are not what is missing.
    """

    holds: bool | None
    text: str
    tests: Sequence[Mapping[str, Any]] = ()
    seeds: int | None = None


@dataclass(frozen=True)
class Demand:
    """One thing that a claim demands of its figures.

    Attributes:
        what: the figure in words, with its interval and what is demanded.
        lead: by how much the mean exceeds what is demanded; negative where it falls short.
        tested: the same as a tested difference; None with a single seed, which says nothing of others.
    """

    what: str
    lead: float
    tested: Difference | None


def above(what: str, values: Seeds, others: Seeds) -> Demand:
    """Demand that the mean of ``values`` exceeds that of ``others``: paired over equal seeds, else Welch."""
    gap = fmean(values.values()) - fmean(others.values())
    if min(len(values), len(others)) == 1:
        return Demand(f"{what} {gap:+.3g}", gap, None)
    tested = difference(Scores(others, {}), Scores(values, {}))
    return Demand(f"{what} {gap:+.3g} (95 % interval {tested.low:.3g} to {tested.high:.3g})", gap, tested)


def at_least(what: str, values: Seeds, bar: float, possible: Range = EVERYTHING) -> Demand:
    """Demand that the mean, of which some values are possible, is no lower than a bar."""
    return _one_sample(what, values, bar, 1, f"at least {bar:.3g} demanded", possible)


def at_most(what: str, values: Seeds, bar: float, possible: Range = EVERYTHING) -> Demand:
    """Demand that the mean, of which some values are possible, is no higher than a bar."""
    return _one_sample(what, values, bar, -1, f"at most {bar:.3g} demanded", possible)


def within(what: str, values: Seeds, band: Range) -> Demand:
    """Demand that the mean lies in a band: the test is against the end that it is nearer to."""
    low, high = band
    lower = fmean(values.values()) < (low + high) / 2
    demanded = f"{low:.3g} to {high:.3g} demanded"
    return _one_sample(what, values, low if lower else high, 1 if lower else -1, demanded)


def more_often(what: str, hits: Seeds, others: Seeds) -> Demand:
    """Demand that something happens in more of the seeds than elsewhere; 1 where it did, else 0."""
    here, there = ([int(hit) for hit in seeds.values()] for seeds in (hits, others))
    counts = f"{what} {sum(here)} of {len(here)} against {sum(there)} of {len(there)}"
    lead = fmean(here) - fmean(there)
    return Demand(counts, lead, shares(there, here) if min(len(here), len(there)) > 1 else None)


def mostly(what: str, hits: Seeds) -> Demand:
    """Demand that something happens in more than half of all seeds; 1 where it did, else 0 (binomial)."""
    here = [int(hit) for hit in hits.values()]
    counts = f"{what} {sum(here)} of {len(here)}, more than half demanded"
    return Demand(counts, fmean(here) - 0.5, majority(here) if len(here) > 1 else None)


def answer(demands: Sequence[Demand], level: float = LEVEL) -> tuple[list[float], list[bool | None]]:
    """Return p after Holm's correction of each demand, and whether it is met; None where it is not decided."""
    p = iter(holm([demand.tested.p for demand in demands if demand.tested]))
    corrected = [next(p) if demand.tested else 1.0 for demand in demands]
    return corrected, [
        demand.lead > 0 if p < level else None for demand, p in zip(demands, corrected, strict=True)
    ]


def decide(
    demands: Sequence[Demand], text: str, *, some: bool = False, deny: str = "", level: float = LEVEL
) -> Verdict:
    """Return the verdict on all demands: one no is a no, and else one that is not decided leaves it open.

    Every test is two-sided, and ``level`` is the chance that any of them decides where there is nothing to
    decide (Holm 1979).

    Args:
        demands: what must hold.
        text: what was measured, in sentences.
        some: one demand that holds is enough, instead of all.
        deny: why these trials cannot deny the claim, where they cannot.
        level: that chance; less than 5 % where the trials were judged before, with fewer seeds.
    """
    corrected, answers = answer(demands, level)
    tests = [
        {"what": demand.what, **asdict(demand.tested), "corrected": p, "answer": said}
        for demand, p, said in zip(demands, corrected, answers, strict=True)
        if demand.tested
    ]
    if tests:
        each = "; ".join(f"{test['what']}, {_in_words(test['corrected'])}" for test in tests)
        together = "" if len(tests) == 1 else f" for all {len(tests)} together (Holm)"
        before = "" if level == LEVEL else ", less than 5 as fewer seeds were judged before"
        text += f" Tested two-sided over seeds, at {100 * level:.3g} %{together}{before}: {each}."
    settling = some  # the answer with which a single demand settles everything
    holds = settling if settling in answers else None if None in answers else not settling
    if deny and (holds is False or (holds is None and any(demand.lead <= 0 for demand in demands))):
        return Verdict(None, f"{text} {deny}", tests)
    if holds is not None:
        return Verdict(holds, text, tests)
    if len(tests) < len(demands):
        return Verdict(None, f"{text} {ONE}", tests, FEW)
    undecided = [demand for demand, said in zip(demands, answers, strict=True) if said is None]
    seeds = _needed(undecided, settling, level / 2 / len(demands))  # half is left for the next time
    more = "" if seeds else " Gaps of this size would need more than 1,000 seeds."
    return Verdict(None, f"{text} {OPEN}{more}", tests, seeds)


def _needed(undecided: Sequence[Demand], settling: bool, level: float) -> int | None:
    """Return how many seeds would decide the claim if every gap is what it seems to be."""
    alone, together = [], []
    for demand in undecided:
        assert demand.tested is not None
        needed = seeds_needed(demand.tested, level)
        (alone if (demand.lead > 0) == settling else together).append(needed)
    known = [needed for needed in alone if needed is not None]
    if known:
        return min(known)
    return None if alone or None in together else max(together)


def _one_sample(
    what: str, values: Seeds, bar: float, sign: int, demanded: str, possible: Range = EVERYTHING
) -> Demand:
    mean = fmean(values.values())
    lead = sign * (mean - bar)
    if len(values) == 1:
        return Demand(f"{what} {mean:.3g}, {demanded}", lead, None)
    tested = against([sign * value for value in values.values()], sign * bar)
    low, high = sorted((bar + sign * tested.low, bar + sign * tested.high))
    low, high = max(low, possible[0]), min(high, possible[1])
    ends = sorted((sign * (low - bar), sign * (high - bar)))
    shown = f"{what} {mean:.3g} (95 % interval {low:.3g} to {high:.3g}), {demanded}"
    return Demand(shown, lead, replace(tested, low=ends[0], high=ends[1]))


def _in_words(p: float) -> str:
    return f"p {'<' if p < 0.001 else '='} {max(p, 0.001):.2g}"
