"""One arm of a claim run with one seed, and how it was computed."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import Claim
from saddlepoint.compute.alike import Siblings
from saddlepoint.compute.plan import Plan
from saddlepoint.core import files
from saddlepoint.core.errors import TrainingError
from saddlepoint.core.machine import describe_machine
from saddlepoint.core.run_folder import RunFolder


def attempted(claim: Claim, bench: Bench, shared: Siblings) -> dict[str, Any]:
    """Run the arm and seed of ``bench`` and remove its folder; training that fails is a result too.

    Args:
        claim: whose arm it is.
        bench: where it runs, continued where a kill left it.
        shared: the threads that all trials of a claim have in common.

    Returns:
        The trial as it is stored: ``arm``, ``seed``, ``figures``, ``failed`` if it did, and how it was done.
    """
    begun = time.monotonic() - seconds_trained(bench.work)
    trial: dict[str, Any] = {"arm": bench.name, "seed": bench.seed, "figures": {}}
    shared.plan = None
    try:
        trial["figures"] = claim.attempt(bench)
    except TrainingError as error:
        trial["failed"] = str(error).partition(";")[0]
    trial |= {
        "seconds": round(time.monotonic() - begun, 1),
        **_computed(shared.plan),
        "versions": describe_machine()["versions"],
        "made": time.strftime("%Y-%m-%d", time.gmtime()),
    }
    files.remove(bench.work)
    return trial


def seconds_trained(work: Path) -> float:
    """Return for how many seconds an interrupted trial has trained already."""
    rows = RunFolder(work / "run").rows()
    return rows[-1]["seconds"] if rows else 0.0


def threads_of(trials: Sequence[Mapping[str, Any]]) -> int | None:
    """Return the threads of stored trials for those that follow; None where this machine has not as many."""
    known = next((trial["threads"] for trial in trials if "threads" in trial), None)
    return known if known is not None and known <= torch.get_num_threads() else None


def _computed(plan: Plan | None) -> dict[str, Any]:
    """Return what decides a trial's last digits: the machine and, where it trained, threads and precision."""
    machine = describe_machine()["machine"]
    threads = plan.threads if plan else torch.get_num_threads()
    on_cpu = f"{machine['processor']}, {threads} thread{'s' * (threads > 1)}"
    where = {"machine": str(machine["accelerator"] or on_cpu)}
    return where | ({"threads": threads, "precision": plan.precision} if plan else {})
