"""What runs survive: ``python -m benchmarks.faults [--on points] [--kills 200] [--json FILE]``.

Processes that run ``saddle train`` and ``saddle resume`` are killed, asked to stop, starved of disk and shown
damaged files; each must end with the bits of a run that was left alone. They are forked from one that has
loaded PyTorch, so that they spend their lives in what is tested. Counts are printed and written as JSON. Runs
of points are the quickest, and each of them measures anew what is fastest on this machine.

- kills: ``kill -9`` at times spread evenly over the whole life of a process: reading, tuning, training, writing
  of checkpoints, scoring, drawing. After each, ``saddle resume`` goes on, and is killed too, until one ends.
- stops: SIGINT, SIGTERM and SIGHUP at such times; how long each process then takes to end.
- full disk: no file may grow beyond a limit, for limits around the sizes of what a run writes.
- read-only: a run's folders cannot be written to. Root may write anywhere; its process gives that up first.
- damage: a byte flipped, or an end cut, in each file of the newest checkpoint; the one before must be used.
- second: another process on the same folder.
- clock: files of a stopped run that are a year old, or of next year.
"""

import argparse
import ctypes
import json
import multiprocessing
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

import saddlepoint as sp
from saddlepoint.cli import main as main_of_saddle
from saddlepoint.core import files
from saddlepoint.core.errors import DamageWarning
from saddlepoint.core.machine import describe_machine
from saddlepoint.core.run_folder import RunFolder

SETTINGS = [
    *("--steps", "200", "--batch", "16", "--width", "4", "--ema", "0.99", "--log-every", "7", "--grids", "4"),
    *("--checkpoint-every", "0.2", "--evaluate-every", "80", "--threads", "1"),
]
GAMES = {"images": ["dcgan", "--kernels", "library"], "points": ["r3gan", "--data", "ring8"]}
CAPABILITIES = 0x20080522  # the version of Linux's interface to them, with two sets of 32
STOPPING = 5.0  # seconds that a process may take to save and end
PRELOADED = ["saddlepoint.training.training", "saddlepoint.training.resuming", "saddlepoint.plots.curves"]
SAME = ("weights", "ema", "state")


class Process:
    """A ``saddle`` command in a process of its own.

    Args:
        arguments: of the command line.
        log: file for what it says.
        limit: bytes that a file may have; None for any.
        plain: whether root's process has no more rights than other users have.
    """

    def __init__(self, arguments: list[str], log: Path, limit: int | None = None, *, plain: bool = False):
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        self.log = log
        self.process = context.Process(target=_command, args=(arguments, log, limit, plain))
        self.process.start()

    def ended(self, seconds: float | None = None) -> bool:
        """Wait for its end, at most so long; return whether it has ended."""
        self.process.join(seconds)
        return self.process.exitcode is not None

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self.process.pid is not None
        os.kill(self.process.pid, number)

    @property
    def code(self) -> int | None:
        """Its exit code; below 0 that of a signal."""
        return self.process.exitcode

    @property
    def said(self) -> str:
        """What it has said so far."""
        return self.log.read_text() if self.log.exists() else ""

    @property
    def last_line(self) -> str:
        """The last line of that."""
        return "".join(self.said.strip().splitlines()[-1:])


def _command(arguments: list[str], log: Path, limit: int | None, plain: bool) -> None:
    """Run a command with its output in a file."""
    with open(log, "w") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    if limit is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    if plain:  # another user could not read an interpreter that lies in root's home
        none = ctypes.create_string_buffer(24)
        if ctypes.CDLL(None).capset((ctypes.c_uint32 * 2)(CAPABILITIES, 0), none):
            sys.exit("the rights of root cannot be given up here")
    torch.set_num_threads(1)
    sys.exit(main_of_saddle(arguments))


class Bench:
    """Starts runs, breaks them, and compares what is left with a run that was left alone.

    Args:
        scratch: a folder for all of it.
        rng: when and where things break.
        game: arguments of ``saddle train`` that say what is trained.
    """

    def __init__(self, scratch: Path, rng: random.Random, game: list[str]):
        self.scratch = scratch
        self.rng = rng
        self.game = game
        self.cache = scratch / "cache"
        os.environ["SADDLE_CACHE"] = str(self.cache)  # before the first process, whose children inherit it
        self.logs = 0
        self.whole = scratch / "whole"
        began = time.monotonic()
        self.start(self.whole).ended()
        self.life = time.monotonic() - began  # of a whole run, as the last one took: the machine may be busy
        self.wanted = tensors(self.whole)

    def start(self, out: Path, limit: int | None = None, *, plain: bool = False) -> Process:
        """Start a run, or go on with it where one is there; arguments as for :class:`Process`."""
        started = RunFolder(out).checkpoints()
        what = ["resume", str(out)] if started else ["train", *self.game, "--out", str(out), *SETTINGS]
        if not started:
            shutil.rmtree(out, ignore_errors=True)  # of a run killed before its first checkpoint
            for plan in self.cache.rglob("plan-*"):  # is measured again
                plan.unlink()
        self.logs += 1
        return Process(what, self.scratch / f"log-{self.logs}", limit, plain=plain)

    def broken(self, out: Path) -> Process | None:
        """Start a run or go on with it, for a random part of a life; return what has not ended by then."""
        fresh, began = not RunFolder(out).checkpoints(), time.monotonic()
        process = self.start(out)
        if not process.ended(self.rng.uniform(0.02, 1.0) * self.life):
            return process
        if fresh:
            self.life = time.monotonic() - began
        return None

    def finish(self, out: Path) -> str:
        """Go on with a run until it has ended; return what differs from the whole one, or ""."""
        folder = RunFolder(out)
        if not folder.curves.exists() or _step(folder) < _step(RunFolder(self.whole)):  # not ended by itself
            process = self.start(out)
            process.ended()
            if process.code and "has finished its" not in process.said:
                return f"resume ended with {process.code}: {process.last_line}"
        found = tensors(out)
        differing = [name for name in self.wanted if not torch.equal(self.wanted[name], found[name])]
        left = [str(path.name) for path in out.rglob("*.tmp")]
        return ", ".join([*differing[:1], *left])


def _step(folder: RunFolder) -> int:
    """Return the step of the newest checkpoint that is whole."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DamageWarning)
        return folder.latest().step


def tensors(out: Path) -> dict[str, torch.Tensor]:
    """Return everything that the newest checkpoint of a run holds."""
    latest = RunFolder(out).latest()
    return {f"{part}/{name}": tensor for part in SAME for name, tensor in latest.tensors(part).items()}


def kills(bench: Bench, count: int) -> dict[str, Any]:
    """Kill processes at ``count`` times in all."""
    trouble, states, done, runs = [], Counter(), 0, 0
    while done < count:
        out, runs = bench.scratch / f"killed-{runs}", runs + 1
        while done < count:
            process = bench.broken(out)
            if process is None:
                break
            process.send(signal.SIGKILL)
            process.ended()
            done += 1
            states[_stage(process.said, out)] += 1
        if what := bench.finish(out):
            trouble.append(f"{out.name}: {what}")
        shutil.rmtree(out)
    return {"tried": done, "runs": runs, "held": runs - len(trouble), "while": dict(states), "trouble": trouble}


def _stage(said: str, out: Path) -> str:
    """Return what a process was doing when it was killed, as far as its files and words tell."""
    folder = RunFolder(out)
    if not folder.checkpoints():
        return "starting"
    if list(out.rglob("*.tmp")):
        return "writing"
    if "done at step" in said or folder.curves.exists():
        return "drawing"
    return "training"


def stops(bench: Bench, count: int) -> dict[str, Any]:
    """Ask processes to stop at ``count`` times; those that are past their start must save."""
    trouble, slowest, tried = [], 0.0, 0
    numbers = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
    for turn in range(count):
        out = bench.scratch / f"stopped-{turn}"
        process = bench.broken(out)
        if process is not None:
            tried += 1
            began = time.monotonic()
            process.send(numbers[turn % 3])
            process.ended()
            took = time.monotonic() - began
            slowest = max(slowest, took)
            if took > STOPPING:
                trouble.append(f"{numbers[turn % 3].name}: {took:.1f} s")
            if "Traceback" in process.said:
                trouble.append(f"{numbers[turn % 3].name}: a traceback, {process.last_line}")
        if what := bench.finish(out):
            trouble.append(f"{numbers[turn % 3].name}: {what}")
        shutil.rmtree(out)
    return {"tried": tried, "slowest_seconds": round(slowest, 2), "trouble": trouble}


def full_disk(bench: Bench, count: int) -> dict[str, Any]:
    """Limit the size of files to around those that the whole run wrote."""
    trouble, refused = [], 0
    sizes = sorted({path.stat().st_size for path in bench.whole.rglob("*") if path.is_file()})
    for turn in range(count):
        out = bench.scratch / f"full-{turn}"
        limit = max(1, bench.rng.choice(sizes) + bench.rng.choice((-1, 0, 1)) * bench.rng.randint(1, 2000))
        process = bench.start(out, limit)
        process.ended()
        refused += process.code != 0
        if process.code not in (0, 1, 2) or "Traceback" in process.said:
            trouble.append(f"{limit} bytes: ended with {process.code}: {process.last_line}")
        if what := bench.finish(out):
            trouble.append(f"{limit} bytes: {what}")
        shutil.rmtree(out)
    return {"tried": count, "refused": refused, "trouble": trouble}


def read_only(bench: Bench) -> dict[str, Any]:
    """Take the right to write from a run's folders, one at a time."""
    root, trouble = os.geteuid() == 0, []
    for name in (".", "checkpoints", "samples"):
        out = bench.scratch / "closed"
        process = bench.start(out, plain=root)
        while process.code is None and not ((out / name).exists() and RunFolder(out).checkpoints()):
            time.sleep(0.01)
        (out / name).chmod(0o500)
        process.ended()
        if "Traceback" in process.said or process.code not in (0, 1, 2):
            trouble.append(f"{name}: ended with {process.code}")
        (out / name).chmod(0o700)
        if what := bench.finish(out):
            trouble.append(f"{name}: {what}")
        shutil.rmtree(out)
    return {"tried": 3, "as": "root without its rights" if root else "the user", "trouble": trouble}


def damage(bench: Bench, count: int) -> dict[str, Any]:
    """Change the newest checkpoint of copies of the whole run, and go on from the one before."""
    trouble = []
    newest = RunFolder(bench.whole).checkpoints()[-1]
    names = sorted(path.name for path in newest.path.iterdir())
    for turn in range(count):
        out = bench.scratch / f"damaged-{turn}"
        shutil.copytree(bench.whole, out)
        path = RunFolder(out).checkpoints()[-1].path / names[turn % len(names)]
        content = bytearray(path.read_bytes())
        place = bench.rng.randrange(len(content))
        if turn % 3 == 0:
            content = content[:place]
        else:
            content[place] ^= 1 << bench.rng.randrange(8)
        path.write_bytes(bytes(content))
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            used = RunFolder(out).latest().step
        if used == newest.step or not any(issubclass(one.category, DamageWarning) for one in told):
            trouble.append(f"{path.name}, byte {place}: not noticed")
        if turn < len(names) and (what := bench.finish(out)):
            trouble.append(f"{path.name}: {what}")
        shutil.rmtree(out)
    return {"tried": count, "trained_again": min(count, len(names)), "trouble": trouble}


def second(bench: Bench) -> dict[str, Any]:
    """Start a second process on a folder that one is training in."""
    out = bench.scratch / "shared"
    first = bench.start(out)
    while not RunFolder(out).checkpoints():
        time.sleep(0.01)
    other = bench.start(out)
    other.ended()
    first.ended()
    refused = other.code == 2 and "another process" in other.said
    trouble = [] if refused else [f"ended with {other.code}"]
    if what := bench.finish(out):
        trouble.append(what)
    return {"tried": 1, "trouble": trouble}


def clock(bench: Bench) -> dict[str, Any]:
    """Let every file of a stopped run be of another year."""
    trouble = []
    for years in (-1, 1):
        out = bench.scratch / f"clock{years}"
        process = bench.start(out)
        while not RunFolder(out).rows():
            time.sleep(0.01)
        process.send(signal.SIGKILL)
        process.ended()
        then = time.time() + years * 365 * 86400
        for path in out.rglob("*"):
            os.utime(path, (then, then))
        if what := bench.finish(out):
            trouble.append(f"{years:+} year: {what}")
    return {"tried": 2, "trouble": trouble}


def main(arguments: Sequence[str] | None = None) -> int:
    """Break runs in every way; return 1 where anything did not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--on", choices=GAMES, default="images", help="what is trained (default: images)")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--stops", type=int, default=30)
    parser.add_argument("--full", type=int, default=30, help="runs with too little disk")
    parser.add_argument("--damages", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(Path(scratch), random.Random(asked.seed), GAMES[asked.on])
        ways: dict[str, Callable[[], dict[str, Any]]] = {
            "kills": lambda: kills(bench, asked.kills),
            "stops": lambda: stops(bench, asked.stops),
            "full disk": lambda: full_disk(bench, asked.full),
            "read-only": lambda: read_only(bench),
            "damage": lambda: damage(bench, asked.damages),
            "second process": lambda: second(bench),
            "clock": lambda: clock(bench),
        }
        report: dict[str, Any] = {
            "version": 1,
            "on": asked.on,
            "seconds_of_a_run": round(bench.life, 1),
            "faults": {},
        }
        for name, way in ways.items():
            began = time.monotonic()
            found = way() | {"seconds": 0.0}
            found["seconds"] = round(time.monotonic() - began, 1)
            report["faults"][name] = found
            print(f"{name}: {json.dumps(found)}", flush=True)
    report |= {"saddlepoint": sp.__version__, **describe_machine()}
    if asked.json:
        files.write_json(asked.json, report)
    return int(any(found.get("trouble") for found in report["faults"].values()))


if __name__ == "__main__":
    sys.exit(main())
