"""What may be said of compared runs, in sentences."""

from typing import TYPE_CHECKING

from saddlepoint.comparing.configurations import computed
from saddlepoint.evaluate.card import number

if TYPE_CHECKING:
    from saddlepoint.comparing.compare import Comparison, Pair
    from saddlepoint.comparing.configurations import Group

FEW = 4  # configurations of which every two are told apart in words
GAPS = {  # what a difference in a ranking figure is one of
    "frechet": "",
    "modes": " modes found",
    "high_quality": " of the samples on a mode, as far as that share is from true samples'",
}
SHOWN = 4  # runs that a sentence names
UNEQUAL = 1.1  # times as many images shown, from which on a comparison says so


def conclude(comparison: "Comparison") -> list[str]:
    """Return which configuration leads, which differences are real, and what limits the comparison."""
    return [*_leading(comparison), *_told_apart(comparison), *_cautions(comparison)]


def _leading(comparison: "Comparison") -> list[str]:
    best = comparison.groups[0]
    count = len(best.entries)
    basis = "one seed" if count == 1 else f"mean of {count} seeds"
    if comparison.ranked_by == "modes":
        of, perfect = _best_possible(comparison)
        return [
            f"{best.label} {'leads' if len(comparison.groups) > 1 else 'is alone'} ({basis}): "
            f"{_on_modes(best, of)}. True samples find all {of}, and {perfect:.1%} of them lie on one."
        ]
    one = best.estimate(comparison.ranked_by)
    assert one is not None
    ends = "" if one.low is None else f", 95 % interval {_signed(one.low)} to {_signed(one.high)}"
    real = "" if one.real is None else f"; held-out real images score {number(one.real)}"
    what = "a Fréchet distance of" if len(comparison.groups) == 1 else "the lowest Fréchet distance,"
    return [f"{best.label} has {what} {number(one.value)} ({basis}{ends}){real}."]


def _best_possible(comparison: "Comparison") -> tuple[int, float]:
    """Return how many modes there are, and the share of true samples that lie on one."""
    card = comparison.card
    return card["modes"].detail["of"], card["high_quality"].detail["perfect"]


def _told_apart(comparison: "Comparison") -> list[str]:
    """Say of every two configurations (of many: of every two neighbours in rank) whether they differ."""
    few = len(comparison.groups) <= FEW
    pairs = [pair for pair in comparison.pairs if few or pair.worse == pair.better + 1]
    return [_sentence(comparison, pair) for pair in pairs]


def _sentence(comparison: "Comparison", pair: "Pair") -> str:
    a, b, found = comparison.groups[pair.better], comparison.groups[pair.worse], pair.found
    gap = (
        f"{number(found.value)}{GAPS[pair.figure]} (95 % interval {_signed(found.low)} to {_signed(found.high)}"
    )
    tests = len(comparison.pairs) * len(comparison.ranking)
    p = f"p {'<' if pair.adjusted < 0.001 else '='} {max(pair.adjusted, 0.001):.2g}"
    if tests > 1:
        p += f" corrected for {tests} comparisons"
    if not found.over_seeds:
        if not pair.differ:
            return f"{a.label} and {b.label} differ by {gap}), which is within the noise of their samples."
        return (
            f"{a.label} scores better than {b.label} by {gap}), more than the noise of the samples; each has "
            "one seed only, and another seed may change that."
        )
    seeds = len(a.entries), len(b.entries)
    how = {
        "paired": f"paired over {seeds[0]} seeds",
        "welch": f"over {seeds[0]} and {seeds[1]} seeds",
        "one against several": f"one seed against {max(seeds)}, taken to scatter alike",
    }[found.test]
    if pair.differ:
        return f"{a.label} is better than {b.label} by {gap}, {how}, {p})."
    return f"{a.label} and {b.label} cannot be told apart: they differ by {gap}, {how}, {p})."


def _on_modes(group: "Group", of: int) -> str:
    modes, quality = (group.estimate(name) for name in ("modes", "high_quality"))
    assert modes is not None
    assert quality is not None
    return f"{modes.value:.3g} of {of} modes, {quality.value:.1%} of the samples on one"


def _signed(value: float | None) -> str:
    return number(value).replace("-", "−")


def _cautions(comparison: "Comparison") -> list[str]:
    lines = []
    if comparison.ranked_by == "modes":
        of, _ = _best_possible(comparison)
        others = "; ".join(f"{group.label} {_on_modes(group, of)}" for group in comparison.groups[1:])
        lines += [f"The others: {others}."] if others else []
        lines.append(
            "Points are ranked by the modes that they find and then by the share of samples within 3σ of one. "
            "Their Fréchet distance sees mean and covariance alone, and a blur over all modes has both right."
        )
    single = [group for group in comparison.groups if len(group.entries) == 1]
    if single:
        every = len(single) == len(comparison.groups) > 1
        whose = "Every configuration" if every else " and ".join(group.label for group in single)
        lines.append(
            f"{whose} has one seed only: such an interval covers the noise of {comparison.card.samples:,} "
            "samples, not what another seed would change. Train several with --seeds to know that."
        )
    least, most = (pick(comparison.groups, key=lambda group: group.images) for pick in (min, max))
    if most.images > UNEQUAL * least.images:
        lines.append(
            f"They were not trained equally long: {least.label} was shown {least.images:,.0f} images, "
            f"{most.label} {most.images:,.0f}. The ranking is of the runs as they are."
        )
    lines += _unlike(comparison)
    return lines


def _unlike(comparison: "Comparison") -> list[str]:
    """Say that runs were not computed alike, and who in which way."""
    ways: dict[str, list[str]] = {}
    for entry in comparison.entries:
        ways.setdefault(computed(entry.run.config), []).append(entry.name)
    if len(ways) == 1:
        return []
    told = "; ".join(f"{_several(names)} with {way}" for way, names in ways.items())
    return [
        f"They were not computed alike: {told}. That changes rounding, so that equal seeds start alike and end "
        "apart, and their times cannot be compared; --threads N and --precision make them equal."
    ]


def _several(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= SHOWN else f"{names[0]} and {len(names) - 1} more"
