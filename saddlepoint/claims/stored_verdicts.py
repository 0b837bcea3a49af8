"""Verdicts on stored results: from their trials alone, so that they can be drawn again under another rule."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from saddlepoint.claims.claim import claims
from saddlepoint.claims.protocol import Findings, Missing
from saddlepoint.claims.results import answer, command, complete, looks, read
from saddlepoint.claims.verdict import ONE, Verdict
from saddlepoint.core import files
from saddlepoint.core.machine import made_apart
from saddlepoint.evaluate.significance import LEVEL


def verdict_on(result: Mapping[str, Any], *, finished: bool = True) -> dict[str, Any]:
    """Return the verdict on a stored result's trials, with a command where more seeds would decide it.

    Each time that fewer seeds were judged before (``looks``) halves the level, but for a single one, which
    decides nothing: seeds that are added until something is decided would else decide too often. All looks
    together decide in at most 10 % of cases where there is nothing to decide, the first in 5 %.
    """
    if not finished:
        return _plain(Verdict(None, "Unfinished; the same command goes on with it."))
    claim, label, trials = claims.get(result["claim"]), result["protocol"], result["trials"]
    tried = {trial["seed"] for trial in trials}
    count = len(tried)
    before = [look for look in result.get("looks", ()) if 1 < look < count]
    try:
        verdict = claim.judge(Findings(label, result["settings"], trials, LEVEL / 2 ** len(before)))
    except Missing as missing:
        verdict = Verdict(None, f"Not decided, for want of {missing}.")
    holds, text, tests, seeds = verdict
    if failed := [f"{trial['arm']} (seed {trial['seed']})" for trial in trials if "failed" in trial]:
        text += f" Training failed for {', '.join(failed)}."
        if holds is not None and any("failed" in trial and not trial["figures"] for trial in trials):
            text += " Not decided: the others alone are no fair sample."
            holds, seeds = None, None
    text += unlike(trials)
    if label == "quick":
        return _plain(Verdict(None, f"Quick: it only proves that the claim runs. {text}"))
    if others := [
        f"{data['name']} for {name}" for name, data in result["data"].items() if data["name"] != name
    ]:
        return _plain(Verdict(None, f"Other data than the claim's ({', '.join(others)}). {text}"))
    if seeds is not None:
        seeds = max(seeds, count + 1)
        gaps = "If the gaps are what they seem, this decides in four cases of five"
        text += f" {'To see that' if ONE in text else gaps}: `{command(claim.name, label, seeds, min(tried))}`."
    return _plain(Verdict(holds, text, tests, seeds))


def unlike(trials: Sequence[Mapping[str, Any]]) -> str:
    """Return sentences where trials were not all computed alike or not by the same program, else nothing."""
    ways = [f"{trial['machine']}, {trial['precision']}" for trial in trials if "precision" in trial]
    different = list(dict.fromkeys(ways))
    text = f" The trials were not computed alike: {'; '.join(different)}." if len(different) > 1 else ""
    seeds: dict[str, dict[str, None]] = {}
    for trial, program in zip(trials, made_apart([trial.get("versions", {}) for trial in trials]), strict=True):
        seeds.setdefault(program, {})[f"{trial['seed']}"] = None
    if len(seeds) > 1:
        programs = "; ".join(f"seeds {', '.join(of)} with {program}" for program, of in seeds.items())
        text += f" The trials were made by different programs: {programs}."
    return text


def judge_again(out: str | Path = "results") -> list[str]:
    """Draw the verdicts of all finished results in ``out`` from their stored trials; return which changed.

    Those of a protocol that had other settings keep the verdict of their own day: the claim's judge may ask for
    what they lack.
    """
    changed = []
    for name in claims.names():
        path = Path(out) / f"{name}.json"
        stored = read(path)
        if stored is None or not complete(stored):
            continue
        if stored["settings"].keys() != claims.get(name).protocols[stored["protocol"]].settings.keys():
            continue
        verdict = verdict_on(stored)
        if verdict["holds"] != stored["verdict"]["holds"]:
            changed.append(f"{name}: {answer(stored['verdict']['holds'])} -> {answer(verdict['holds'])}")
        judged = {**stored, "verdict": verdict, "looks": looks(stored)}
        if judged != stored:
            files.write_json(path, judged)
    return changed


def _plain(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as it is read back from its file."""
    return json.loads(json.dumps(verdict._asdict()))
