"""The measurements: rows, the first step, growth, the machine's peak."""

import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.processes import ROOT, Failed, Worker, environment
from benchmarks.rows import FIRST_STEP_GOAL, Row
from benchmarks.sources import Source, noise
from benchmarks.work import step_flops
from saddlepoint.core.run_folder import RunFolder

SIDES = ("tutorial", "saddlepoint")


@dataclass(frozen=True)
class Pace:
    """How long to look.

    Attributes:
        window: seconds of one reading.
        pairs: readings of each side.
        warm: seconds and steps before the first.
        peak: seconds for every size of matrix.
        steps: whose operations are timed one by one.
        starts: starts from nothing to the first step.
        growth: measure everything that grows, or its beginning alone.
    """

    window: float = 6.0
    pairs: int = 5
    warm: tuple[float, int] = (3.0, 3)
    peak: float = 1.0
    steps: int = 5
    starts: int = 3
    growth: bool = True


QUICK = Pace(window=0.2, pairs=2, warm=(0.0, 1), peak=0.05, steps=1, starts=1, growth=False)


def row(row: Row, source: Source, pace: Pace, device: str, scratch: Path) -> dict[str, Any]:
    """Compare both sides of a row in alternating windows.

    Raises:
        Failed: a side failed, or the sides do not train equal networks on equal batches.
    """
    ours = {
        "recipe": row.recipe,
        "data": source.saddlepoint,
        "size": row.size,
        "batch": row.batch,
        "flags": row.flags,
        "device": device,
        "out": str(scratch / row.name),
    }
    plain = {"row": row.name, "source": str(source.tutorial), "device": device}
    with Worker("tutorial", plain, scratch) as tutorial, Worker("saddlepoint", ours, scratch) as saddlepoint:
        workers = {"tutorial": tutorial, "saddlepoint": saddlepoint}
        check_same_work(row, tutorial.about, saddlepoint.about)
        windows: dict[str, list[dict[str, Any]]] = {side: [] for side in SIDES}
        for side in SIDES:
            workers[side].window(*pace.warm)
        for _ in range(pace.pairs):
            for side in SIDES:
                windows[side].append(workers[side].window(pace.window))
    speeds = {side: [w["images"] / w["seconds"] for w in windows[side]] for side in SIDES}
    unloaded = [w["images"] / (w["seconds"] - w["loading"]) for w in windows["tutorial"]]
    flops = step_flops(row.recipe, row.size, row.channels, row.batch, row.flags)
    goal, share_goal = row.goals(device)
    return {
        "title": row.title,
        "data": source.name,
        "goal": goal,
        "share_goal": share_goal,
        "operations": operations(row, source, pace, scratch) if device == "cpu" else None,
        **{name: saddlepoint.about[name] for name in ("parameters", "batch", "device", "threads", "plan")},
        "precision": {side: workers[side].about["precision"] for side in SIDES},
        "images_per_second": {side: spread(speeds[side]) for side in SIDES},
        "ratio": spread([b / a for a, b in zip(speeds["tutorial"], speeds["saddlepoint"], strict=True)]),
        "ratio_without_loading": statistics.median(speeds["saddlepoint"]) / statistics.median(unloaded),
        "loading_share": statistics.median(w["loading"] / w["seconds"] for w in windows["tutorial"]),
        "reading_seconds": saddlepoint.about["reading"],
        "step_flops": flops,
        "flops_per_second": {side: flops / row.batch * statistics.median(speeds[side]) for side in SIDES},
        "memory": {side: workers[side].memory for side in SIDES},
        "windows": windows,
    }


def operations(row: Row, source: Source, pace: Pace, scratch: Path) -> dict[str, float]:
    """Return the seconds of a step, of its operations, and of each of them at its best alone."""
    settings = {"row": row.name, "data": source.saddlepoint, "steps": pace.steps}
    return _answer(["benchmarks.worker", "operations", json.dumps(settings)], scratch)


def check_same_work(row: Row, tutorial: dict[str, Any], saddlepoint: dict[str, Any]) -> None:
    """Raise Failed where the two sides differ in parameters, batch or device."""
    for name in ("parameters", "batch", "device"):
        if tutorial[name] != saddlepoint[name]:
            found = f"{tutorial[name]} in the loop, {saddlepoint[name]} in Saddlepoint"
            raise Failed(f"{row.name}: the two differ in {name}: {found}")


def first_step(pace: Pace, device: str, scratch: Path) -> dict[str, Any]:
    """Time ``saddle train`` on digits, from its start to its first row of metrics, with an empty cache."""
    seconds = []
    for number in range(pace.starts):
        out = scratch / f"start-{number}"
        command = [sys.executable, "-m", "saddlepoint.cli", "train", "--data", "digits", "--log-every", "1"]
        command += ["--quiet", "--device", device, "--out", str(out)]
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, env=environment(scratch / f"start-{number}-cache"))
        while not RunFolder(out).rows():
            if process.poll() is not None:
                raise Failed(f"saddle train ended with {process.returncode} before its first step")
            time.sleep(0.002)
        seconds.append(time.perf_counter() - started)
        process.send_signal(signal.SIGINT)
        process.wait()
    return {"goal": FIRST_STEP_GOAL, "seconds": spread(seconds), "starts": seconds}


BASE = {"batch": 64, "width": 32, "size": 32, "images": 2_000}
GROWTH = {
    "batch": (16, 32, 64, 128, 256),
    "width": (16, 32, 64, 128),
    "size": (16, 32, 64, 128),
    "images": (2_000, 20_000, 100_000),
}


def growth(pace: Pace, device: str, scratch: Path) -> dict[str, Any]:
    """Measure how the cost of a DCGAN grows when one of batch, width, size and number of images does."""
    known: dict[tuple[int, ...], dict[str, Any]] = {}
    curves: dict[str, list[dict[str, Any]]] = {}
    for name, values in GROWTH.items():
        curves[name] = []
        for value in values if pace.growth else values[:1]:
            setting = BASE | {name: value}
            key = tuple(setting.values())
            if key not in known:
                known[key] = _point(setting, pace, device, scratch)
            curves[name].append({"value": value, **known[key]})
    return {"base": BASE, "curves": curves}


def _point(setting: dict[str, int], pace: Pace, device: str, scratch: Path) -> dict[str, Any]:
    name = "-".join(str(value) for value in setting.values())
    data = noise(scratch, setting["size"], setting["images"])
    flags = {"width": setting["width"], "hidden": 0}
    settings = {
        "recipe": "dcgan",
        "data": data,
        "size": setting["size"],
        "batch": setting["batch"],
        "flags": flags,
        "device": device,
        "out": str(scratch / f"growth-{name}"),
    }
    with Worker("saddlepoint", settings, scratch) as worker:
        worker.window(pace.warm[0] / 2, pace.warm[1])
        window = worker.window(pace.window / 2, 2)
    return {
        "images_per_second": window["images"] / window["seconds"],
        "step_seconds": window["seconds"] / window["steps"],
        "reading_seconds": worker.about["reading"],
        "step_flops": step_flops("dcgan", setting["size"], 1, setting["batch"], flags),
        "memory": worker.memory,
    }


class Limits(NamedTuple):
    """What the machine can do.

    Attributes:
        peak: FLOPs a second of square products, by precision.
        updates: seconds to update so many parameters, in the order in which their counts were given.
    """

    peak: dict[str, float]
    updates: list[float]


def limits(pace: Pace, device: str, scratch: Path, counts: Sequence[int] = ()) -> Limits:
    """Measure the peak of products, and of updates of ``counts`` parameters."""
    return Limits(**_answer(["benchmarks.peak", device, str(pace.peak), *map(str, counts)], scratch))


def _answer(module: list[str], scratch: Path) -> dict[str, Any]:
    """Return the JSON that a module of its own process prints, given its name and arguments."""
    command = [sys.executable, "-m", *module]
    done = subprocess.run(command, cwd=ROOT, env=environment(scratch), stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise Failed(f"{module[0]} ended with {done.returncode}")
    return json.loads(done.stdout)


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return median, lowest and highest."""
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}


def load_average() -> float:
    """Return how many processes wanted a core in the last minute; others than ours disturb the figures."""
    return os.getloadavg()[0]
