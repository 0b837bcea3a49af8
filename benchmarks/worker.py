"""One side of a comparison in a process of its own: ``python -m benchmarks.worker SIDE SETTINGS``.

It trains one step, says what it trains, and from then on trains for as long as each line of its standard
input tells it ("SECONDS STEPS": at least both), answering every line with one of JSON. It ends with its input
and then tells its peak memory. The tutorial's side imports nothing of Saddlepoint.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

from benchmarks.rows import ROWS


class Finished(Exception):  # noqa: N818 - not an error
    """The input has ended."""


class Clock:
    """Counts the steps of a window and waits between two of them.

    Args:
        batch: images a step.
        device: is waited for at both ends of a window.
        loading: () -> seconds spent in loading so far, or None where that is not known.
    """

    def __init__(self, batch: int, device: str, loading: Callable[[], float] | None = None):
        self.batch = batch
        self.device = device
        self.loading = loading
        self.steps, self.least, self.started, self.until, self.loaded = 0, 0, 0.0, 0.0, 0.0

    def start(self, about: dict[str, Any]) -> None:
        """Say what is trained and wait for the first window."""
        self._synchronise()
        self._wait(about)

    def stepped(self) -> None:
        """Count a step; at the end of a window answer, and wait for the next; raises Finished at the end."""
        self.steps += 1
        if self.steps < self.least or time.perf_counter() < self.until:
            return
        self._synchronise()
        answer = {
            "images": self.steps * self.batch,
            "steps": self.steps,
            "seconds": time.perf_counter() - self.started,
        }
        if self.loading:
            answer["loading"] = self.loading() - self.loaded
        self._wait(answer)

    def _wait(self, answer: dict[str, Any]) -> None:
        print(json.dumps(answer), flush=True)
        line = sys.stdin.readline()
        if not line:
            raise Finished
        seconds, least = line.split()
        self.steps, self.least = 0, int(least)
        self.loaded = self.loading() if self.loading else 0.0
        self.started = time.perf_counter()
        self.until = self.started + float(seconds)

    def _synchronise(self) -> None:
        if self.device.startswith("cuda"):
            torch.cuda.synchronize()


def tutorial(row: str, source: str, device: str) -> None:
    """Train a row's plain loop on pictures at ``source``."""
    from benchmarks.tutorial import Tutorial

    loop = Tutorial(ROWS[row], Path(source), torch.device(device))
    batch = ROWS[row].batch
    clock = Clock(batch, device, lambda: loop.loading)
    about = _about(
        {"generator": loop.generator, "critic": loop.critic}, batch, device, "fp32", torch.get_num_threads()
    )
    steps = loop.train()
    next(steps)
    clock.start(about)
    for _ in steps:
        clock.stepped()


def saddlepoint(
    recipe: str, data: str, size: int, batch: int, flags: dict[str, Any], device: str, out: str
) -> None:
    """Train a recipe as ``saddle train`` does: with its curves, events and checkpoints, but without EMA."""
    import saddlepoint as sp
    from saddlepoint.compute.plan import Plan
    from saddlepoint.core.run_folder import RunFolder
    from saddlepoint.data import load

    started = time.perf_counter()
    load(data, size=size)  # fills the cache
    reading = time.perf_counter() - started

    class Watching(sp.Watcher):
        clock: Clock | None = None

        def stepped(self, trainer: Any) -> None:
            if self.clock is not None:
                self.clock.stepped()
                return
            self.clock = Clock(trainer.experiment.batch, device)
            stored = RunFolder(Path(out)).read_config()["plan"]
            networks = dict(trainer.family.named_children())
            about = _about(
                networks, trainer.experiment.batch, stored["device"], stored["precision"], stored["threads"]
            )
            self.clock.start(about | {"reading": reading, "plan": str(Plan.from_json(stored))})

    sp.train(
        recipe,
        data,
        size=size,
        batch=batch,
        device=device,
        out=out,
        ema=0.0,
        images=1 << 50,
        card=False,
        quiet=True,
        watchers=(Watching(),),
        **flags,
    )


def operations(row: str, data: str, steps: int) -> None:
    """Time the operations of a row's step one by one, and say their sums."""
    from benchmarks import operators

    step, spent = operators.measure(ROWS[row], data, steps)
    sums = {name: sum(getattr(one, name) for one in spent.values()) for name in ("seconds", "alone")}
    print(json.dumps({"step": step, **sums}), flush=True)


def _about(
    networks: dict[str, nn.Module], batch: int, device: str, precision: str, threads: int
) -> dict[str, Any]:
    parameters = {name: sum(p.numel() for p in network.parameters()) for name, network in networks.items()}
    return {
        "parameters": parameters,
        "batch": batch,
        "device": device,
        "precision": precision,
        "threads": threads,
    }


def _memory() -> dict[str, int]:
    """Return the peak memory of this process, and of the accelerator's tensors, in bytes."""
    found = {}
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count the parent's memory before exec as ours
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        found["host"] = int(line.split()[1]) * 1024
    if torch.cuda.is_available():
        found["device"] = torch.cuda.max_memory_allocated()
    return found


def main() -> None:
    """Run one side until the input ends."""
    side, settings = sys.argv[1], json.loads(sys.argv[2])
    if side == "operations":
        operations(**settings)
        return
    try:
        {"tutorial": tutorial, "saddlepoint": saddlepoint}[side](**settings)
    except Finished:
        print(json.dumps(_memory()), flush=True)


if __name__ == "__main__":
    main()
