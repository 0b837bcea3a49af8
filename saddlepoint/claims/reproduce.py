"""Published claims run again: trial by trial, kept as they come, with a verdict."""

import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from saddlepoint.claims.bench import Bench, source_of
from saddlepoint.claims.claim import Claim, claims
from saddlepoint.claims.protocol import LABELS, Findings, Label, Protocol
from saddlepoint.claims.requirements import lacks
from saddlepoint.claims.results import VERSION, answer, command, looks, read, summary
from saddlepoint.claims.stored_verdicts import verdict_on
from saddlepoint.claims.table import row, write_table
from saddlepoint.claims.together import helped, idle, turns
from saddlepoint.claims.trial import attempted, threads_of
from saddlepoint.compute.alike import Siblings, alike
from saddlepoint.core import files
from saddlepoint.core.errors import UserError
from saddlepoint.core.locks import locked
from saddlepoint.core.run_folder import runs_root
from saddlepoint.core.words import clock, number
from saddlepoint.data import load
from saddlepoint.training.screen import Screen
from saddlepoint.version import __version__

MADE_WITH = {  # what must be the same for trials to go into one file
    "package": "another version of this package",
    "settings": "other settings",
    "arms": "other recipes or flags",
    "data": "other data",
}


def reproduce(
    name: str,
    *,
    full: bool = False,
    quick: bool = False,
    seed: int = 0,
    seeds: int | None = None,
    jobs: int = 1,
    out: str | Path = "results",
    sources: Mapping[str, str] | None = None,
    quiet: bool = False,
) -> dict[str, Any]:
    """Run a published claim again, or go on where an earlier call was interrupted.

    A call from another process, on this machine or on one that shares the folders, helps: each takes the seeds
    that no other is at.

    Args:
        name: name of the claim.
        full: the paper's length, where a machine can do it, instead of about ten minutes.
        quick: seconds, to see that it runs.
        seed: the first seed: one above those that were looked at before tests them on trials of their own.
        seeds: how many seeds, from the first; by default the protocol's.
        jobs: how many processes work at them at the same time, with the CPU's threads in equal parts. Scripts
            need ``if __name__ == "__main__":`` for more than one.
        out: folder that gets ``<claim>.json`` and a table of all results in it, ``README.md``.
        sources: where data sets come from, ``{"mnist": "mnist:FOLDER"}``; by default ``$SADDLE_<NAME>`` or the
            named download.
        quiet: print nothing.

    Returns:
        The result as it is stored: ``trials`` with the figures of every arm and seed, ``summary`` with their
        mean and standard deviation, and ``verdict``.

    Raises:
        UserError: there is no such claim, nothing of it can run, or ``out`` holds another protocol's result.
        Interrupted: Ctrl-C; finished trials are kept, and the one at work continues next time.
    """
    if full and quick:
        raise UserError("give one of --full and --quick, not both")
    if seed < 0:
        raise UserError(f"--seed must be at least 0, got {seed}")
    if seeds is not None and seeds < 1:
        raise UserError(f"--seeds must be at least 1, got {seeds}")
    if jobs < 1:
        raise UserError(f"--jobs must be at least 1, got {jobs}")
    label: Label = "full" if full else "quick" if quick else "short"
    claim = claims.get(name)
    asked = range(seed, seed + (claim.protocols[label].seeds if seeds is None else seeds))
    return _Work(claim, label, asked, Path(out), sources or {}, Screen(quiet)).run(jobs)


def _help(
    threads: int, name: str, label: Label, seeds: range, out: Path, sources: Mapping[str, str]
) -> dict[str, Any]:
    """Work beside the process that was asked, at the seeds that it is not at."""
    return _Work(claims.get(name), label, seeds, out, sources, Screen(quiet=True)).run(threads=threads)


class _Work:
    """One claim at one length, with its result file."""

    def __init__(
        self,
        claim: Claim,
        label: Label,
        seeds: range,
        out: Path,
        sources: Mapping[str, str],
        screen: Screen,
    ):
        self.claim = claim
        self.label: Label = label
        self.protocol: Protocol = claim.protocols[label]
        self.seeds = seeds
        self.out = out
        self.sources = sources
        self.screen = screen
        self.path = out / f"{claim.name}.json"
        self.scratch = runs_root() / "claims" / f"{claim.name}-{label}"

    def run(self, jobs: int = 1, threads: int | None = None) -> dict[str, Any]:
        """Do what is not done yet, with the help of ``jobs`` - 1 more processes; return the result."""
        lacking = lacks(self.claim, self.label)
        arms = [name for name in self.claim.arms_of(self.label) if name not in lacking]
        if not arms:
            reasons = "; ".join(dict.fromkeys(lacking.values()))
            raise UserError(f"claim {self.claim.name!r} cannot run in this version: {reasons}")
        result = self._open(lacking)
        self._introduce(result)
        try:
            self.scratch.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"cannot write to {self.scratch}: {error.strerror}") from error
        jobs = min(jobs, len(self.seeds))
        with ExitStack() as stack:
            if jobs > 1:
                given = (self.claim.name, self.label, self.seeds, self.out.absolute(), self.sources)
                threads = stack.enter_context(helped(jobs - 1, _help, *given))
            shared = stack.enter_context(alike(threads_of(result["trials"]) or threads))
            tried = self._try_all(arms, result, shared)
        self._keep(result, arms)
        if idle(self.scratch):
            files.remove(self.scratch)
            with suppress(OSError):  # another claim is at work
                self.scratch.parent.rmdir()
        if not tried:
            self.screen.console.print(f"everything is there; remove {self.path} to run it again")
        self._report(result)
        return result

    def _try_all(self, arms: Sequence[str], result: dict[str, Any], shared: Siblings) -> int:
        """Run all arms with every seed that is not done; return how many trials that were."""
        tried, total, say = 0, len(arms) * len(self.seeds), self.screen.console.print
        wait = partial(say, "waiting for other processes, which are at what is left")
        with closing(turns(self.seeds, self.scratch, wait)) as seeds:
            for seed in seeds:
                self._take_over(result)
                for name in arms:
                    done = {(trial["arm"], trial["seed"]) for trial in result["trials"]}
                    if (name, seed) in done:
                        continue
                    at = f"{1 + sum(trial['seed'] in self.seeds for trial in result['trials'])} of {total}"
                    say(f"[bold]{name}[/bold], seed {seed}  [dim]{at}[/dim]")
                    result["trials"].append(self._try(name, seed, result["trials"], shared))
                    self._keep(result, arms)
                    tried += 1
        return tried

    def _open(self, lacking: Mapping[str, str]) -> dict[str, Any]:
        """Return the stored result to go on with, or an empty one."""
        names = dict.fromkeys(self.claim.arms[arm].data for arm in self.claim.arms_of(self.label))
        unknown = {self.claim.arms[arm].data for arm in lacking if "data set" in lacking[arm]}
        data = {name: self._identify(name) for name in names if name not in unknown}
        fresh: dict[str, Any] = {
            "version": VERSION,
            "claim": self.claim.name,
            "paper": self.claim.paper,
            "where": self.claim.where,
            "published": self.claim.published,
            "headline": self.claim.headline,
            "protocol": self.label,
            "package": __version__,
            "settings": self.protocol.settings,
            "arms": {name: asdict(arm) for name, arm in self.claim.arms_of(self.label).items()},
            "data": data,
            "skipped": dict(lacking),
            "trials": [],
            "looks": [],
        }
        fresh = json.loads(json.dumps(fresh))  # tuples are lists in the file
        self._take_over(fresh)
        tried = [trial["seed"] for trial in fresh["trials"]]
        if tried and (self.seeds[0] > max(tried) + 1 or self.seeds[-1] < min(tried) - 1):
            raise UserError(
                f"{self.path} has seeds {min(tried)} to {max(tried)}, and those between them and "
                f"{self.seeds[0]} to {self.seeds[-1]} would be missing; name another folder with --out"
            )
        return fresh

    def _take_over(self, result: dict[str, Any]) -> None:
        """Add the trials that are stored, and were run before or by other processes, to a result."""
        stored = read(self.path)
        if stored is None or (stored["protocol"] == "quick" != self.label):
            return
        if stored["protocol"] != self.label:
            raise UserError(
                f"{self.path} holds the {stored['protocol']} protocol's result; name another folder with --out"
            )
        for part, what in MADE_WITH.items():
            if stored[part] != result[part]:
                raise UserError(
                    f"{self.path} was made with {what}; remove it, or name another folder with --out"
                )
        known = {(trial["arm"], trial["seed"]) for trial in stored["trials"]}
        own = [trial for trial in result["trials"] if (trial["arm"], trial["seed"]) not in known]
        result |= {"trials": stored["trials"] + own, "looks": stored.get("looks", [])}

    def _identify(self, name: str) -> dict[str, str]:
        with self.screen.reading() as report:
            data = load(source_of(name, self.sources), report=report)
        return {"name": data.name, "fingerprint": data.fingerprint}

    def _try(self, name: str, seed: int, trials: list[dict[str, Any]], shared: Siblings) -> dict[str, Any]:
        """Run one arm with one seed, and tell what was found."""
        work = self.scratch / f"{name}-seed-{seed}"
        done = {trial["arm"]: trial["figures"] for trial in trials if trial["seed"] == seed}
        arm = self.claim.arms[name]
        bench = Bench(
            name, arm, seed, self.label, self.protocol.settings, work, self.sources, self.screen, done
        )
        trial = attempted(self.claim, bench, shared)
        shown = {name: value for name, value in trial["figures"].items() if isinstance(value, int | float)}
        text = "  ".join(f"{name} {number(value)}" for name, value in shown.items())
        self.screen.console.print(f"    {trial.get('failed') or text}")
        return trial

    def _keep(self, result: dict[str, Any], arms: Sequence[str]) -> None:
        """Write the result with what other processes have added to it, and a verdict when all is done."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        with locked(self.scratch / "result.lock", lambda: None):
            self._take_over(result)
            done = {(trial["arm"], trial["seed"]) for trial in result["trials"]}
            self._conclude(result, finished=done >= {(name, seed) for name in arms for seed in self.seeds})
            self._write(result)

    def _conclude(self, result: dict[str, Any], *, finished: bool) -> None:
        """Put summary and verdict beside the trials."""
        seeds = sorted({trial["seed"] for trial in result["trials"]})
        result |= {
            "seeds": seeds,
            "summary": summary(Findings(self.label, self.protocol.settings, result["trials"])),
            "verdict": verdict_on(result, finished=finished),
            "seconds": round(sum(trial["seconds"] for trial in result["trials"]), 1),
            "machine": "; ".join(dict.fromkeys(trial["machine"] for trial in result["trials"])),
            "command": command(self.claim.name, self.label, len(seeds), min(seeds, default=0)),
        }
        if finished:
            result["looks"] = looks(result)

    def _write(self, result: dict[str, Any]) -> None:
        try:
            self.out.mkdir(parents=True, exist_ok=True)
            files.write_json(self.path, result)
            write_table(self.out)
        except OSError as error:
            raise UserError(f"cannot write {self.path}: {error.strerror}") from error

    def _introduce(self, result: Mapping[str, Any]) -> None:
        claim, say = self.claim, self.screen.console.print
        say(f"[bold]{claim.name}[/bold]  {claim.help}")
        say(f"  [dim]{'published':<10}[/dim] {claim.published} ({claim.paper}, {claim.where})")
        settings = ", ".join(f"{name} {value}" for name, value in self.protocol.settings.items())
        say(f"  [dim]{'protocol':<10}[/dim] {LABELS[self.label]}")
        say(f"  [dim]{'settings':<10}[/dim] seeds {self.seeds[0]} to {self.seeds[-1]}, {settings}")
        minutes = self.protocol.minutes * len(self.seeds) / self.protocol.seeds
        say(f"  [dim]{'time':<10}[/dim] about {clock(60 * minutes)} on two CPU cores")
        say(f"  [dim]{'result':<10}[/dim] {self.path}")
        for name, reason in result["skipped"].items():
            say(f"  [dim]{'skipped':<10}[/dim] {name}: {reason}")

    def _report(self, result: Mapping[str, Any]) -> None:
        say = self.screen.console.print
        say(f"\n[bold]{result['claim']}: {answer(result['verdict']['holds'])}[/bold]  ({LABELS[self.label]})")
        say(result["verdict"]["text"])
        say(row(result))
