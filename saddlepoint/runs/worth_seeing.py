"""What a budget buys: how many images, and whether samples are worth seeing after so many."""

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import torch

from saddlepoint.compute.plan import Plan
from saddlepoint.core.experiment import Budget
from saddlepoint.core.flags import flags
from saddlepoint.core.protocol import START
from saddlepoint.core.words import clock
from saddlepoint.data.dataset import Split
from saddlepoint.engine.step import Stepper
from saddlepoint.engine.turns import images_drawn
from saddlepoint.runs.command import train_command
from saddlepoint.runs.prepare import Built, Prepared, build

WIDTHS = (32, 16)  # narrower networks that are tried
SIDES = (32, 28)  # smaller images
HOUR = 60.0  # minutes
GRAINS = ((0.1, 1.0), (1.0, 10.0), (5.0, 60.0), (30.0, 300.0))  # minutes are rounded to these up to so many
PATIENCE = 3.0  # seconds after which no further change is tried: a person waits for the first step


class Worth(NamedTuple):
    """Images after which samples are worth seeing.

    Attributes:
        images: shown to the critic.
        measured: whether a run of this recipe at about this size has told so; else it is reckoned.
    """

    images: int
    measured: bool


# By recipe and the largest side of images, 0 for points: the images after which 1,000 samples first had a
# Fréchet distance of patches below 25, by `python -m benchmarks.worth_seeing RECIPE SOURCE`, one seed each.
MEASURED: dict[tuple[str, int], int] = {
    ("cgan", 16): 89_000,  # digits, 8×8, here and below: 28 after 71,100 images, 23.5 after 88,900
    ("conditional_dcgan", 16): 19_000,  # 30 after 14,900, 21 after 18,700
    ("dcgan", 16): 19_000,  # 36 after 14,900, 11.5 after 18,700
    ("ebgan", 16): 23_000,  # 29 after 18,700, 19 after 23,300
    ("gan", 16): 339_000,  # 37 after 271,100, 15 after 338,900
    ("infogan", 16): 29_000,  # 64 after 23,300, 19 after 29,200
    ("labelled_dcgan", 16): 2_600,  # 33 after 2,000, 22 after 2,600
    ("mlp_gan", 16): 339_000,  # 28 after 216,900, 21 after 338,800
    ("pacgan", 16): 29_000,  # 29 after 23,300, 22 after 29,200
    ("r3gan", 16): 9_600,  # 26 after 7,700, 24 after 9,600
    ("sngan", 16): 9_600,  # 26 after 7,700, 22 after 9,600
    ("vae", 16): 217_000,  # 26 after 173,600, 24 after 217,000
    ("wgan", 16): 19_000,  # 30 after 15,000, 24 after 18,900
    ("wgan_gp", 16): 23_000,  # 26 after 18,900, 23 after 23,400
    ("dcgan", 28): 29_000,  # MNIST: 47 after 23,300 images, 23 after 29,100
    ("labelled_dcgan", 28): 29_000,  # MNIST: 56 after 23,300 images, 25 after 29,100
    ("fast_gan", 64): 62_000,  # 800 cartoons: 43 after 21,500 images, 25.8 after 59,300
    ("dcgan", 32): 190_000,  # CIFAR-10: 19 after 192,000, 53 after 64,000 (docs/evaluation.md, "Patches")
}


def worth(prepared: Built) -> Worth:
    """Return after how many images samples of a prepared recipe are worth seeing.

    What was measured for a smaller class of sizes grows with the logarithm of the side; a recipe that nobody
    measured has its own default budget, which was chosen so.
    """
    side = prepared.spec.size if prepared.kind.sized else 0
    sizes = sorted(size for recipe, size in MEASURED if recipe == prepared.recipe.name)
    here = next((size for size in sizes if size >= side and bool(size) == bool(side)), None)
    if here is not None:
        return Worth(MEASURED[prepared.recipe.name, here], True)
    below = [size for size in sizes if 0 < size < side]
    if below:
        growth = 1 + 0.6 * math.log2(side / below[-1])
        return Worth(round(MEASURED[prepared.recipe.name, below[-1]] * growth), False)
    default = prepared.experiment.budget
    return Worth(_images(default, prepared, 0.0), False)


def advice(prepared: Prepared, plan: Plan, budget: Budget, given: Mapping[str, Any] | None = None) -> list[str]:
    """Return what a budget buys where that is too little to be worth seeing, and commands that would be enough.

    Empty where it is enough, or where nobody knows the speed. ``given`` are settings beside the recipe's flags
    that the commands repeat.
    """
    if plan.step_seconds is None:
        return []
    speed = images_drawn(prepared.experiment) / plan.step_seconds
    bought, wanted = _images(budget, prepared, speed), worth(prepared)
    if bought >= wanted.images:
        return []
    size = f" at {prepared.spec.size}×{prepared.spec.size}" if prepared.kind.sized else ""
    source = "" if wanted.measured else " (reckoned, not measured)"
    need, many = wanted.images / speed, prepared.kind.many
    told = budget.told(many)
    if budget.images is None:
        told += f" at {speed:,.0f} {many}/s are {_short(bought)} {many}"
    lines = [
        f"{told}; results are worth seeing from about {_short(wanted.images)} with this "
        f"recipe{size}{source}: {clock(need)} here"
    ]
    seconds = bought / speed
    end = time.perf_counter() + PATIENCE
    for change in _cheaper(prepared):
        if time.perf_counter() > end:
            break
        other = _changed(prepared, change)
        step = _step_seconds(other, plan, end)
        if worth(other).images / images_drawn(other.experiment) * step <= seconds:
            minutes = budget.minutes or round_minutes(seconds / 60)
            lines.append(
                f"in the same time: {_command(prepared, {**(given or {}), 'minutes': minutes, **change})}"
            )
            break
    lines.append(f"as it is: {_command(prepared, {**(given or {}), 'minutes': round_minutes(need / 60)})}")
    return lines


def round_minutes(minutes: float) -> float:
    """Return minutes as people give them, never fewer: tenths, whole ones, fives, half hours or hours."""
    grain = next((grain for grain, most in GRAINS if minutes <= most), HOUR)
    tenths = round(10 * grain)
    return math.ceil(10 * minutes / tenths - 1e-9) * tenths / 10


def _images(budget: Budget, prepared: Built, speed: float) -> int:
    """Return how many images a budget shows at ``speed`` images a second."""
    if budget.minutes is not None:
        return round(60 * budget.minutes * speed)
    if budget.steps is not None:
        return budget.steps * images_drawn(prepared.experiment)
    return round(budget.images or (budget.epochs or 0.0) * prepared.spec.count)


def _cheaper(prepared: Built) -> Iterator[dict[str, int]]:
    """Yield changes that make a step cheaper, the gentlest first."""
    if not prepared.kind.sized:
        return
    own = flags(prepared.recipe)
    sides = [side for side in SIDES if side < prepared.spec.size and prepared.recipe.nearest_size(side) == side]
    widths = list(WIDTHS) if "width" in own else []
    yield from ({"size": side} for side in sides[:1])
    yield from ({"width": width} for width in widths)
    yield from ({"size": side, "width": width} for side in sides[:1] for width in widths)


def _changed(prepared: Built, change: dict[str, int]) -> Built:
    """Return a prepared recipe with other flags or smaller images."""
    side = change.get("size", prepared.spec.size)
    spec = replace(prepared.spec, shape=(side, side, prepared.spec.channels))
    given = {**prepared.flags, **{name: value for name, value in change.items() if name != "size"}}
    experiment = prepared.experiment
    return build(prepared.recipe, given, spec, prepared.seed, experiment.batch, experiment.ema)


def _step_seconds(prepared: Built, plan: Plan, end: float) -> float:
    """Time a step on random images, with no kernels chosen: somewhat slower than a run will be.

    No further step begins once ``end`` is over, of ``time.perf_counter``.
    """
    experiment = prepared.experiment
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (experiment.batch, *prepared.spec.shape), np.uint8)
    label = rng.integers(0, max(1, len(prepared.spec.classes)), len(images))
    split = Split(images, label if prepared.spec.classes else None)
    times: list[float] = []
    with torch.random.fork_rng(devices=[]), plan.applied():
        stepper = Stepper.of(experiment, split, plan, 0)
        while len(times) < 3 and not (times and time.perf_counter() > end):
            began = time.perf_counter()
            stepper.step(START)
            times.append(time.perf_counter() - began)
    return min(times)


def _command(prepared: Prepared, change: dict[str, Any]) -> str:
    """Return the command that trains ``prepared`` with some changes."""
    return train_command(prepared.recipe, prepared.flags, prepared.data.source, change)


def _short(count: float) -> str:
    """Return a count in two digits."""
    return f"{float(f'{count:.2g}'):,.0f}"
