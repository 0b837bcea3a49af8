"""Steps to be captured, and tapes that stand in for CUDA graphs, for the tests of both."""

from collections import Counter
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from saddlepoint.compute.graphs import WARM, Replayer
from saddlepoint.compute.plan import Plan, Precision
from saddlepoint.core.experiment import recipes
from saddlepoint.core.protocol import Progress
from saddlepoint.core.seeds import generator
from saddlepoint.data.batches import Batches
from saddlepoint.engine.step import Stepper
from saddlepoint.runs.prepare import prepare
from saddlepoint.training.tuning import obstacle_to_capture
from tests.sources import SOURCES

STEPS = WARM + 4
FASTER = {"seq_gan": {"critic_steps": 1, "rollouts": 1}}  # of thousands of operations a step
CASES = [(n, SOURCES[kind], FASTER.get(n, {})) for n, recipe in recipes.items() for kind in recipe.needs] + [
    ("dcgan", "digits", {"critic_steps": 2}),
    ("dcgan", "digits", {"augment": "color,translation,cutout", "augment_target": 0.6}),
    ("dcgan", "digits", {"penalty": ("r1", "gradient_penalty"), "objective": "relativistic"}),
    (
        "dcgan",
        "digits",
        {"schedule": {"d": "linear", "g": "cosine"}, "betas": (0.0, 0.9), "weight_decay": 1e-4},
    ),
    ("infogan", "digits", {"invariance": 1.0}),
    ("cs231n_fc", "digits", {"penalty": ("r1",), "objective": "hinge"}),
]
WAITS = {"_local_scalar_dense", "nonzero", "masked_select", "unique_dim", "_unique2", "is_nonzero"}


class Tape(TorchDispatchMode):
    """Keeps operations with their tensors; replays them into the same memory."""

    def __init__(self):
        super().__init__()
        self.calls: list[Any] = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = func.overloadpacket.__name__
        if name in WAITS:
            raise RuntimeError(f"{name} waits for the device")
        if name == "lift_fresh":
            raise RuntimeError("a tensor made of a number of the program is copied to the device")
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        self.calls.append((func, args, kwargs, result))
        return result

    @torch.no_grad()
    def replay(self):
        for func, args, kwargs, result in self.calls:
            for mine, fresh in zip(tree_leaves(result), tree_leaves(func(*args, **kwargs)), strict=True):
                if isinstance(mine, Tensor) and mine.untyped_storage()._cdata != fresh.untyped_storage()._cdata:
                    mine.copy_(fresh)


class Plain:
    """Captures nothing."""

    def warm(self, function):
        return function()

    def capture(self, function):
        values = function()
        return (lambda: None), values


class Tapes:
    """Captures on tapes, as CudaGraphs does on the device. This runs the step: what it changed is undone."""

    def __init__(self, stepper):
        self.stepper = stepper
        self.captured = 0

    def warm(self, function):
        return function()

    def capture(self, function):
        held = self.held()
        before = [x.clone() for x in held]
        states = self.stepper.rng.get_state(), torch.get_rng_state()
        try:
            with Tape() as tape:
                result = function()
        finally:
            with torch.no_grad():
                for mine, value in zip(held, before, strict=True):
                    mine.copy_(value)
            self.stepper.rng.set_state(states[0])
            torch.set_rng_state(states[1])
        self.captured += 1
        return tape.replay, result

    def held(self) -> list[Tensor]:
        descents = self.stepper.optimizers.values()
        moments = [x for one in descents for x in one.state().values()]
        return [*self.stepper.family.state_dict().values(), *moments]


def make(recipe, source, precision: Precision = "fp32", device: str = "cpu", *, captured=False, **flags):
    prepared = prepare(recipe, source, batch=16, flags=flags)
    place = torch.device(device)
    experiment = prepared.experiment
    experiment.family.to(place).train()
    split = prepared.data.train
    batches = Batches(split, experiment.batch, seed=0, device=place, range=experiment.range)
    plan = Plan(device, precision, torch.get_num_threads(), captured=captured)
    plan.apply()
    torch.manual_seed(1)
    return Stepper(experiment, plan, batches, generator(place, 0, "latent"))


def taped(recipe, source, **settings):
    stepper = make(recipe, source, **settings)
    tapes = Tapes(stepper)
    stepper.replayer = Replayer(tapes)
    return stepper, tapes


def play(stepper, steps=STEPS):
    """Return what every step reports, and all tensors at the end."""
    torch.manual_seed(1)
    said = []
    for step in range(steps):
        images = stepper.batches.drawn
        progress = Progress(step, images, images / len(stepper.batches.split), step / steps)
        said.append({name: value.clone() for name, value in stepper.step(progress).items()})
    tensors = dict(stepper.family.state_dict())
    for player, descent in stepper.optimizers.items():
        tensors |= {f"{player}/{name}": value for name, value in descent.state().items()}
    return said, {name: value.clone() for name, value in tensors.items()}, stepper.rng.get_state()


def turns_of(stepper, steps):
    """Return how often each tuple of turns is played in so many steps."""
    moments = [Progress(step, 0, 0.0, step / steps) for step in range(steps)]
    return Counter(stepper.family.turns(moment) for moment in moments)


def assert_equal(one, other):
    for mine, theirs in zip(one[0], other[0], strict=True):
        assert mine.keys() == theirs.keys()
        for name in mine:
            assert torch.equal(mine[name].float(), theirs[name].float()), name
    assert one[1].keys() == other[1].keys()
    for name, value in one[1].items():
        assert torch.equal(value, other[1][name]), name
    assert torch.equal(one[2], other[2])


def capturable(recipe, source, flags):
    stepper = make(recipe, source, **flags)
    if why := obstacle_to_capture(stepper.experiment):
        pytest.skip(why)


SETTINGS: dict = {
    "recipe": "dcgan",
    "data": "digits",
    "steps": 12,
    "batch": 16,
    "ema": 0.9,
    "quiet": True,
    "device": "cpu",
}


def reading(stepper):
    """Let the family read a value in every turn."""
    terms = stepper.family.terms

    def reads(*arguments):
        found = terms(*arguments)
        next(iter(found.minimise.values())).item()
        return found

    stepper.family.terms = reads
