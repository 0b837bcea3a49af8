"""Results of claims as they are stored, one a file, and what is said of a single one."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from saddlepoint.claims.claim import claims
from saddlepoint.claims.protocol import Findings, Label, Missing
from saddlepoint.core.errors import UserError
from saddlepoint.core.words import number

VERSION = 2


def read(path: Path) -> dict[str, Any] | None:
    """Return a stored result, None where there is none; raises UserError where it is damaged."""
    if not path.exists():
        return None
    try:
        stored = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise UserError(f"{path} is damaged or cannot be read: {error}") from error
    if not isinstance(stored, dict) or stored.get("version") != VERSION or "trials" not in stored:
        raise UserError(f"{path} is no result of this version; remove it, or name another folder with --out")
    return stored


def read_all(out: Path) -> list[dict[str, Any]]:
    """Return all results in ``out``; raises UserError where there is none."""
    results = [result for name in claims.names() if (result := read(out / f"{name}.json"))]
    if not results:
        raise UserError(f"there is no result in {out}; make one with: saddle reproduce CLAIM --out {out}")
    return results


def looks(result: Mapping[str, Any]) -> list[int]:
    """Return the numbers of seeds with which a result was judged, now and before."""
    return sorted({*result.get("looks", ()), len(result["seeds"])})


def complete(result: Mapping[str, Any]) -> bool:
    """Say whether every arm was tried with every seed."""
    done = {(trial["arm"], trial["seed"]) for trial in result["trials"]}
    arms = set(result["arms"]) - set(result["skipped"])
    return done == {(arm, seed) for arm in arms for seed in result["seeds"]}


def command(name: str, label: Label, seeds: int, first: int = 0) -> str:
    """Return what a user types to run a claim with so many seeds, from the first on."""
    flags = {"short": "", "full": " --full", "quick": " --quick"}[label]
    return f"saddle reproduce {name}{flags}{f' --seed {first}' if first else ''} --seeds {seeds}"


def answer(holds: bool | None) -> str:
    """Return a verdict in one or two words."""
    return {True: "yes", False: "**no**", None: "not decided"}[holds]


def headline(result: Mapping[str, Any]) -> str:
    """Return the headline figure of every arm, with its spread over seeds."""
    parts = []
    for arm, figures in result["summary"].items():
        figure = figures.get(result["headline"])
        if figure is not None:
            spread = "" if figure["spread"] is None else f" ± {number(figure['spread'])}"
            parts.append((arm, f"{number(figure['mean'])}{spread}"))
    if len(parts) == 1:
        return parts[0][1]
    return ", ".join(f"{arm} {value}" for arm, value in parts)


def summary(findings: Findings) -> dict[str, dict[str, Any]]:
    """Return mean, spread and count of every figure of every arm."""
    summary: dict[str, dict[str, Any]] = {}
    for arm in findings.arms:
        summary[arm] = {}
        for figure in findings.figures:
            try:
                values = findings.values(arm, figure)
            except Missing:
                continue
            summary[arm][figure] = {
                "mean": findings.mean(arm, figure),
                "spread": findings.spread(arm, figure),
                "count": len(values),
            }
    return summary
