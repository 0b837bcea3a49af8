"""Where a step's time goes: ``python -m benchmarks.operators ROW [--data mnist:PATH] [--data cifar10:PATH]``.

Every operation of torch is timed as Saddlepoint's step runs it on the CPU, with its FLOPs and the bytes that it
reads and writes by its schema. Each is then repeated on the same tensors: what it takes alone, its data at
hand, is the best that other surroundings could make of it. What no operation accounts for is Python, autograd
and the dispatcher.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import flop_registry

from benchmarks import peak, sources
from benchmarks.rows import ROWS, Row
from saddlepoint.compute import patch_convolution
from saddlepoint.compute.plan import Plan
from saddlepoint.core.errors import UserError
from saddlepoint.core.protocol import Progress
from saddlepoint.core.seeds import generator
from saddlepoint.data.batches import Batches
from saddlepoint.engine.step import Stepper
from saddlepoint.runs.prepare import prepare
from saddlepoint.training.tuning import tune

WARM, STEPS, AGAIN = 5, 20, 5
KINDS = {  # first that fits, by how the name of an operation begins
    "convolution_backward": "convolutions, backward",
    "convolution": "convolutions, forward",
    "mm": "other products",
    "addmm": "other products",
    "bmm": "other products",
    "_fused_adam": "Adam",
    "_foreach": "Adam",
    "_to_copy": "conversions and copies",
    "copy_": "conversions and copies",
    "clone": "conversions and copies",
    "native_batch_norm": "batch normalisation",
    "leaky_relu": "activations",
    "relu": "activations",
    "threshold": "activations",
    "tanh": "activations",
    "native_dropout": "activations",
}
REST = "other operations"


@dataclass
class Spent:
    """What operations of one kind took.

    Attributes:
        calls: how often they ran.
        seconds: in the steps.
        alone: of as many calls, each at its fastest of a few repetitions; operations that change their input
            or draw random numbers are not repeated, and count as they ran.
        flops: floating-point operations of products.
        bytes: read and written.
    """

    calls: float = 0.0
    seconds: float = 0.0
    alone: float = 0.0
    flops: float = 0.0
    bytes: float = 0.0

    def add(self, more: "Spent", times: float = 1.0) -> None:
        """Add ``times`` as much as ``more``."""
        for name, value in vars(more).items():
            setattr(self, name, getattr(self, name) + times * value)


class Timed(TorchDispatchMode):
    """Times every operation inside its block.

    Attributes:
        spent: by (kind, shapes of what is multiplied).
    """

    def __init__(self) -> None:
        super().__init__()
        self.spent: dict[tuple[str, str], Spent] = defaultdict(Spent)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        started = time.perf_counter()
        result = func(*args, **kwargs)
        seconds = alone = time.perf_counter() - started
        written = [a.alias_info is not None and a.alias_info.is_write for a in func._schema.arguments]
        if not any(written) and torch.Tag.nondeterministic_seeded not in func.tags:
            for _ in range(AGAIN):
                started = time.perf_counter()
                func(*args, **kwargs)
                alone = min(alone, time.perf_counter() - started)
        formula = flop_registry.get(func.overloadpacket)
        flops = formula(*args, **kwargs, out_val=result) if formula else 0
        factors = [x for x in args if isinstance(x, Tensor)] if flops else []
        shapes = " · ".join("×".join(map(str, x.shape)) for x in factors)
        one = Spent(1, seconds, alone, flops, _moved(args, result, written))
        self.spent[kind(func.overloadpacket.__name__), shapes].add(one)
        return result


def kind(name: str) -> str:
    """Return the kind of the operation ``name``."""
    return next((kind for start, kind in KINDS.items() if name.startswith(start)), REST)


def _moved(args: Any, result: Any, written: list[bool]) -> int:
    """Return the bytes that an operation reads and writes; views move none."""
    known: set[int] = set()
    total = 0
    for argument, change in zip(args, written, strict=False):
        for x in tree_leaves(argument):
            if isinstance(x, Tensor):
                known.add(x.untyped_storage().data_ptr())
                total += x.numel() * x.element_size() * (1 + change)
    results = [x for x in tree_leaves(result) if isinstance(x, Tensor)]
    fresh = [x for x in results if x.untyped_storage().data_ptr() not in known]
    if not fresh and not any(written):
        return 0
    return total + sum(x.numel() * x.element_size() for x in fresh)


def measure(row: Row, data: str, steps: int = STEPS) -> tuple[float, dict[tuple[str, str], Spent]]:
    """Return the median seconds of an undisturbed step, and what a step's operations spend.

    Args:
        row: what is trained.
        data: what ``--data`` takes.
        steps: measured, once undisturbed and once operation by operation.
    """
    prepared = prepare(row.recipe, data, size=row.size, batch=row.batch, flags=row.flags)
    assert prepared.data is not None
    experiment, split = prepared.experiment, prepared.data.train
    plan = tune(Plan.choose("cpu"), experiment, split)
    plan.apply()
    patch_convolution.install(experiment.family.train(), plan.kernels)
    batches = Batches(split, row.batch, seed=0, device=plan.torch_device, range=experiment.range)
    stepper = Stepper(experiment, plan, batches, generator("cpu", 0, "latent"))

    def play(count: int) -> list[float]:
        seconds = []
        for step in range(count):
            started = time.perf_counter()
            stepper.step(Progress(step, 0, 0.0, 0.0))
            seconds.append(time.perf_counter() - started)
        return seconds

    play(WARM)
    undisturbed = statistics.median(play(steps))
    with Timed() as timed:
        play(steps)
    spent: dict[tuple[str, str], Spent] = defaultdict(Spent)
    for name, one in timed.spent.items():
        spent[name].add(one, 1 / steps)
    return undisturbed, spent


def lines(step: float, spent: Mapping[tuple[str, str], Spent], best: float) -> Iterator[str]:
    """Yield the tables: kinds of operations, then single products, the longest first.

    Args:
        step: seconds of an undisturbed step.
        spent: by kind and shapes.
        best: FLOPs a second of the fastest product on this machine.
    """
    kinds: dict[str, Spent] = defaultdict(Spent)
    whole = Spent()
    for (name, _), one in spent.items():
        kinds[name].add(one)
        whole.add(one)
    yield f"a step     {step * 1e3:.2f} ms; the sum of its operations {whole.seconds * 1e3:.2f} ms"
    yield f"at best    {whole.alone * 1e3:.2f} ms with every operation as fast as alone"
    yield f"           {whole.flops / best * 1e3:.2f} ms of products at the peak, {best / 1e9:,.0f} GFLOP/s"
    products = {f"{name.split()[-1][:8]} {shapes}": one for (name, shapes), one in spent.items() if one.flops}
    for table in (kinds, products):
        yield ""
        yield f"{'':48} calls       ms  share    alone  GFLOP/s  of peak   GB/s"
        for name, one in sorted(table.items(), key=lambda item: -item[1].seconds):
            rate = one.flops / one.seconds
            yield (
                f"{name:48} {one.calls:5.0f} {one.seconds * 1e3:8.3f} {one.seconds / whole.seconds:6.1%} "
                f"{one.alone * 1e3:8.3f} {rate / 1e9:8,.0f} {rate / best:8.0%} "
                f"{one.bytes / one.seconds / 1e9:6.1f}"
            )


def main(arguments: list[str] | None = None) -> int:
    """Print where the time of a row's step goes; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.operators", description="Time every operation of a step on the CPU."
    )
    parser.add_argument("row", metavar="ROW", choices=ROWS, help=", ".join(ROWS))
    parser.add_argument("--data", action="append", default=[], metavar="NAME:PATH", help=sources.HELP)
    options = parser.parse_args(arguments)
    row = ROWS[options.row]
    try:
        paths = sources.paths(options.data)
        with tempfile.TemporaryDirectory(prefix="saddlepoint-benchmarks-") as scratch:
            data = sources.find(row.source, paths, Path(scratch)).saddlepoint
            precision = torch.bfloat16 if Plan.choose("cpu").precision == "bf16" else torch.float32
            best = peak.peak(precision, torch.device("cpu"), 1.0)
            print("\n".join(lines(*measure(row, data), best)))
    except UserError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
