"""What this machine does fastest, measured once and remembered: threads, and convolutions by patches."""

import copy
import dataclasses
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Experiment
from saddlepoint.core.machine import preemptions, processor, resident
from saddlepoint.core.protocol import START
from saddlepoint.data import cache
from saddlepoint.data.batches import Batches
from saddlepoint.data.dataset import Split
from saddlepoint.engine import convolution, graphs
from saddlepoint.engine.convolution import PRODUCTS, Geometry, Product, geometry, suits
from saddlepoint.engine.plan import Plan
from saddlepoint.engine.step import Stepper

VERSION = 2  # of what is measured; a new one forgets what older versions found
LONG = 0.1  # seconds of a step from which on more threads are always faster, and trying fewer would take long
LOOK = 0.15  # seconds for one number of threads
GLANCE = 0.02  # seconds for one product
GAIN = 0.9  # of the usual time, which another choice must stay below
BUSY = 40  # preemptions a second and thread; 15 were seen on an idle machine, 85 beside one busy process a core
SMALL = 2e-4  # seconds of a layer below which the detour through Python costs more than patches save


class Seen(NamedTuple):
    """A convolution as it ran: its geometry and the shapes of large map, small map and weight."""

    geometry: Geometry
    large: tuple[int, ...]
    small: tuple[int, ...]
    weight: tuple[int, ...]


def tune(plan: Plan, experiment: Experiment, split: Split) -> Plan:
    """Return ``plan`` with the threads and kernels that train ``experiment`` fastest on this machine.

    The first time a few steps are trained on a copy; from then on the answer is remembered, so that equal runs
    are planned alike; without a cache folder the plan stays as it is. On NVIDIA's GPUs steps are captured.
    """
    if plan.device != "cpu":
        captured = plan.device.startswith("cuda") and graphs.obstacle(experiment) is None
        return dataclasses.replace(plan, captured=captured)
    name = f"plan-{_key(plan, experiment, split)}"
    try:
        return plan.tuned(cache.remembered(name, lambda: _measure(plan, experiment, split)))
    except UserError:  # no cache can be written: what is not remembered might be planned otherwise next time
        return plan


def _key(plan: Plan, experiment: Experiment, split: Split) -> str:
    machine = (processor(), os.cpu_count(), torch.__version__, torch.backends.cpu.get_cpu_capability())
    family = experiment.family
    losses = (experiment.objective, family.second_order, family.turns(START))
    game = (repr(family), *losses, experiment.batch, len(split), split.array.shape)
    return cache.key(VERSION, *machine, plan.precision, plan.threads, plan.threads_given, *game)


def _measure(plan: Plan, experiment: Experiment, split: Split) -> dict[str, Any]:
    """Measure on a copy of ``experiment``; return what :meth:`Plan.tuned` takes, as JSON values."""
    trial = dataclasses.replace(experiment, family=copy.deepcopy(experiment.family).train())
    device = torch.device("cpu")
    batches = Batches(split, trial.batch, seed=0, device=device, pixels=trial.pixels)
    threads = torch.get_num_threads()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        stepper = Stepper(trial, plan, batches, torch.Generator().manual_seed(0))

        def step() -> None:
            stepper.step(START)

        try:
            torch.set_num_threads(plan.threads)
            with _watching(trial.family) as seen:
                step()
            usual, busy = _watched_time(step, plan.threads)
            # Others that want the cores would make fewer threads look better for ever.
            fixed = plan.threads_given or plan.threads == 1 or busy or usual > LONG
            chosen = plan.threads if fixed else _threads(step, plan.threads, usual)
            torch.set_num_threads(chosen)
            dtype = torch.bfloat16 if plan.precision == "bf16" else torch.float32
            ways = {one: _patches(one, dtype) for one in set(seen.values())}
            kernels = {name: tuple(ways[one]) for name, one in seen.items() if ways[one]}
            convolution.install(trial.family, kernels)
            seconds, busy = _watched_time(step, chosen)
        finally:
            torch.set_num_threads(threads)
    return {
        "threads": chosen,
        "kernels": kernels,
        "step_seconds": None if busy else seconds,
        "memory": resident(),
    }


def _threads(step: Callable[[], None], most: int, usual: float) -> int:
    """Return the number of threads with which a step is fastest; most, unless fewer gain a tenth."""
    best = most
    least, count = GAIN * usual, most // 2
    while count:
        torch.set_num_threads(count)
        step()
        seconds = _best_time(step, LOOK)
        if seconds < least:
            best, least = count, seconds
        count //= 2
    return best


@contextmanager
def _watching(family: nn.Module) -> Iterator[dict[str, Seen]]:
    """Yield a dictionary that is filled with the convolutions that run inside the block, by name."""
    found: dict[str, Seen] = {}
    handles = []

    def watch(name: str, layer: Any) -> None:
        def run(_: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            x = inputs[0]
            maps = (tuple(x.shape), tuple(output.shape))
            large, small = reversed(maps) if isinstance(layer, nn.ConvTranspose2d) else maps
            found[name] = Seen(geometry(layer, x.shape[-1]), large, small, tuple(layer.weight.shape))

        handles.append(layer.register_forward_hook(run))

    for name, layer in family.named_modules():
        if suits(layer):
            watch(name, layer)
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


def _patches(seen: Seen, dtype: torch.dtype) -> list[Product]:
    """Return the products of a convolution that are faster by patches, if that speeds it up as a whole."""
    shapes = {"large": seen.large, "small": seen.small, "weight": seen.weight}
    maps = {
        name: torch.randn(shape, dtype=dtype).to(memory_format=torch.channels_last)
        for name, shape in shapes.items()
    }
    factors = {"down": ("large", "weight"), "up": ("small", "weight"), "match": ("large", "small")}
    usual, least = 0.0, 0.0
    chosen: list[Product] = []
    for name, product in PRODUCTS.items():
        pair = [maps[part] for part in factors[name]]
        library = _best_time(partial(product, *pair, seen.geometry), GLANCE)
        patched = seen.geometry._replace(patches=frozenset({name}))
        patches = _best_time(partial(product, *pair, patched), GLANCE)
        usual += library
        if patches < GAIN * library:
            chosen.append(name)
        least += patches if name in chosen else library
    return chosen if usual > SMALL and least < GAIN * usual else []


def _watched_time(step: Callable[[], None], threads: int) -> tuple[float, bool]:
    """Return seconds of a step, and whether other processes took the cores meanwhile."""
    before, started = preemptions(), time.perf_counter()
    seconds = _best_time(step, LOOK, least=1)
    return seconds, preemptions() - before > BUSY * threads * (time.perf_counter() - started)


def _best_time(run: Callable[[], object], seconds: float, least: int = 3) -> float:
    """Return the shortest of at least ``least`` times of ``run``, which disturbances only lengthen."""
    run()
    times: list[float] = []
    while len(times) < least or sum(times) < seconds:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)
