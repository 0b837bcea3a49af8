"""How often the doctor was right, in tables for people."""

from typing import Any

from benchmarks.doctor.judging import HEALTHY
from saddlepoint.diagnosing.finding import conditions

OVERALL = {
    "sensitivity": "faults found (sensitivity)",
    "specificity": "healthy runs called so (specificity)",
    "cause": "cause named first",
}


def lines(part: dict[str, Any]) -> list[str]:
    """Return tables in Markdown: in all, by kind of run, by condition, and the misses."""
    return [*overall(part), "", *kinds(part), "", *by_condition(part), "", *misses(part)]


def overall(part: dict[str, Any]) -> list[str]:
    """Return the three figures in all, with their intervals."""
    rows = [f"| {text} | {_share(part[name])} |" for name, text in OVERALL.items()]
    return ["| of all runs | share (95 %) |", "|---|---|", *rows]


def kinds(part: dict[str, Any]) -> list[str]:
    """Return by kind of run how many were right, and what was told first."""
    rows = [
        f"| {name} | {kind['right']} of {kind['runs']} | {_counts(kind['first'])} |"
        for name, kind in part["kinds"].items()
    ]
    return ["| run | right | told first |", "|---|---|---|", *rows]


def by_condition(part: dict[str, Any]) -> list[str]:
    """Return by condition how often it was told where it should be, and not told where it should not."""
    rows = [
        f"| `{name}` | {_share(part['conditions'][name]['sensitivity'])} "
        f"| {_share(part['conditions'][name]['specificity'])} |"
        for name in conditions.names()
        if name in part["conditions"]
    ]
    return ["| condition | told where it is the cause | not told where it is not |", "|---|---|---|", *rows]


def misses(part: dict[str, Any]) -> list[str]:
    """Return the runs that were told wrongly."""
    return [
        f"- {miss['run']}: {', '.join(miss['told']) or HEALTHY};"
        f" right: {' or '.join(miss['expected']) or HEALTHY}"
        for miss in part["misses"]
    ]


def _share(share: dict[str, Any]) -> str:
    if not share["of"]:
        return "–"
    return f"{share['count']} of {share['of']} ({100 * share['low']:.0f} – {100 * share['high']:.0f} %)"


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" if count > 1 else name for name, count in counts.items())
