"""What may be said of compared runs, in sentences."""

from collections.abc import Sequence

from saddlepoint.comparing.configurations import Group, computed
from saddlepoint.comparing.ranking import Pair, Ranking
from saddlepoint.core.machine import made_apart
from saddlepoint.core.words import number, signed
from saddlepoint.evaluate.significance import LEVEL, MOST, seeds_needed

FEW = 4  # configurations of which every two are told apart in words
GAPS = {  # what a difference in a ranking figure is one of
    "frechet": "",
    "modes": " modes found",
    "high_quality": " of the samples on a mode, as far as that share is from true samples'",
}
SHOWN = 4  # runs that a sentence names
UNEQUAL = 1.1  # times as many images shown, from which on a comparison says so


def conclude(ranking: Ranking) -> list[str]:
    """Return which configuration leads, which differences are real, and what limits the comparison."""
    return [*_leading(ranking), *_told_apart(ranking), *_cautions(ranking)]


def _leading(ranking: Ranking) -> list[str]:
    best = ranking.groups[0]
    count = len(best.entries)
    basis = "one seed" if count == 1 else f"mean of {count} seeds"
    if ranking.ranked_by == "modes":
        of, perfect = _best_possible(ranking)
        return [
            f"{best.label} {'leads' if len(ranking.groups) > 1 else 'is alone'} ({basis}): "
            f"{_on_modes(best, of)}. True samples find all {of}, and {perfect:.1%} of them lie on one."
        ]
    distance = best.estimate(ranking.ranked_by)
    assert distance is not None
    low, high, real = distance.low, distance.high, distance.real
    ends = "" if low is None else f", 95 % interval {signed(low)} to {signed(high)}"
    floor = "" if real is None else f"; held-out real {ranking.card.examples} score {number(real)}"
    what = "a Fréchet distance of" if len(ranking.groups) == 1 else "the lowest Fréchet distance,"
    return [f"{best.label} has {what} {number(distance.value)} ({basis}{ends}){floor}."]


def _best_possible(ranking: Ranking) -> tuple[int, float]:
    """Return how many modes there are, and the share of true samples that lie on one."""
    card = ranking.card
    return card["modes"].detail["of"], card["high_quality"].detail["perfect"]


def _told_apart(ranking: Ranking) -> list[str]:
    """Say of every two configurations (of many: of every two neighbours in rank) whether they differ."""
    few = len(ranking.groups) <= FEW
    pairs = [pair for pair in ranking.pairs if few or pair.worse == pair.better + 1]
    return [_sentence(ranking, pair) for pair in pairs]


def _sentence(ranking: Ranking, pair: Pair) -> str:
    a, b, difference = ranking.groups[pair.better], ranking.groups[pair.worse], pair.difference
    ends = f"95 % interval {signed(difference.low)} to {signed(difference.high)}"
    gap = f"{number(difference.value)}{GAPS[pair.figure]} ({ends}"
    p = f"p {'<' if pair.adjusted < 0.001 else '='} {max(pair.adjusted, 0.001):.2g}"
    if ranking.tests > 1:
        p += f" corrected for {ranking.tests} comparisons"
    if not difference.over_seeds:
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
    }[difference.test]
    if pair.differ:
        return f"{a.label} is better than {b.label} by {gap}, {how}, {p})."
    return (
        f"{a.label} and {b.label} cannot be told apart: they differ by {gap}, {how}, {p})."
        f"{_more_seeds(ranking, pair, min(seeds))}"
    )


def _more_seeds(ranking: Ranking, pair: Pair, seeds: int) -> str:
    """Say how many seeds would tell two configurations apart that differ by as much as they seem to."""
    if pair.difference.value == 0:
        return ""
    needed = seeds_needed(pair.difference, LEVEL / ranking.tests)
    if needed is None:
        return f" A difference of this size would take more than {MOST:,} seeds of each."
    return (
        f" If the difference is what it seems, {max(needed, seeds + 1):,} seeds of each tell them apart in "
        "four cases of five."
    )


def _on_modes(group: Group, of: int) -> str:
    modes, quality = (group.estimate(name) for name in ("modes", "high_quality"))
    assert modes is not None
    assert quality is not None
    return f"{modes.value:.3g} of {of} modes, {quality.value:.1%} of the samples on one"


def _cautions(ranking: Ranking) -> list[str]:
    lines = []
    if ranking.ranked_by == "modes":
        of, _ = _best_possible(ranking)
        others = "; ".join(f"{group.label} {_on_modes(group, of)}" for group in ranking.groups[1:])
        lines += [f"The others: {others}."] if others else []
        lines.append(
            "Points are ranked by the modes that they find and then by the share of samples within 3σ of one. "
            "Their Fréchet distance sees mean and covariance alone, and a blur over all modes has both right."
        )
    single = [group for group in ranking.groups if len(group.entries) == 1]
    if single:
        every = len(single) == len(ranking.groups) > 1
        whose = "Every configuration" if every else " and ".join(group.label for group in single)
        lines.append(
            f"{whose} has one seed only: such an interval covers the noise of {ranking.card.samples:,} "
            "samples, not what another seed would change. Train several with --seeds to know that."
        )
    least, most = (pick(ranking.groups, key=lambda group: group.images) for pick in (min, max))
    if most.images > UNEQUAL * least.images:
        lines.append(
            f"They were not trained equally long: {least.label} was shown {least.images:,.0f} "
            f"{ranking.card.examples}, {most.label} {most.images:,.0f}. The ranking is of the runs as they are."
        )
    lines += _unlike(ranking)
    return lines


def _unlike(ranking: Ranking) -> list[str]:
    """Say that runs were not computed alike, or not by the same program, and who in which way."""
    configs = [entry.run.config for entry in ranking.entries]
    lines = []
    if how := _parted(ranking, [computed(config) for config in configs]):
        lines.append(
            f"They were not computed alike: {how}. That changes rounding, so that equal seeds start alike and "
            "end apart, and their times cannot be compared; --threads N and --precision make them equal."
        )
    if how := _parted(ranking, made_apart([config["versions"] for config in configs])):
        lines.append(
            f"They were trained by different programs: {how}. What changed between them may be what is "
            "seen here."
        )
    return lines


def _parted(ranking: Ranking, ways: Sequence[str]) -> str:
    """Return which runs are of which way, nothing where all are of one."""
    names: dict[str, list[str]] = {}
    for entry, way in zip(ranking.entries, ways, strict=True):
        names.setdefault(way, []).append(entry.name)
    return "; ".join(f"{_several(of)} with {way}" for way, of in names.items()) if len(names) > 1 else ""


def _several(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= SHOWN else f"{names[0]} and {len(names) - 1} more"
