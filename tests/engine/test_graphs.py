"""Captured steps: replaying one equals playing it, whatever the family, and nothing waits for the device.

A CUDA graph runs the same kernels on the same memory without the program that launched them. On machines
without a GPU a tape stands in for it: it keeps every operation of torch with the very tensors that it read and
wrote, and a replay runs them again into the same memory. What is wrong under the one (a number of the program
that should have changed, a tensor that was replaced rather than written, a value read on the way) is wrong
under the other.
"""

import dataclasses
import gc
import weakref
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.torch_version import TorchVersion
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

import saddlepoint as sp
from saddlepoint.compute.graphs import WARM, Replayer
from saddlepoint.compute.plan import Plan, Precision
from saddlepoint.core.experiment import recipes
from saddlepoint.core.protocol import Progress
from saddlepoint.core.seeds import generator
from saddlepoint.data.batches import Batches
from saddlepoint.engine.step import Stepper
from saddlepoint.engine.tuning import obstacle_to_capture, tune
from saddlepoint.runs.prepare import prepare
from tests.runs import assert_same

STEPS = WARM + 4
GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
CASES = [
    (name, {"images": "digits", "points": "ring8"}[kind], {})
    for name, recipe in recipes.items()
    for kind in recipe.needs
] + [
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
    assert prepared.data is not None
    place = torch.device(device)
    experiment = prepared.experiment
    experiment.family.to(place).train()
    split = prepared.data.train
    batches = Batches(split, experiment.batch, seed=0, device=place, pixels=experiment.pixels)
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


@pytest.mark.parametrize(("recipe", "source", "flags"), CASES, ids=str)
def test_a_replayed_step_equals_a_played_one(recipe, source, flags):
    capturable(recipe, source, flags)
    stepper, tapes = taped(recipe, source, **flags)
    assert_equal(play(stepper), play(make(recipe, source, **flags)))
    assert tapes.captured == 1
    assert stepper.replayer is not None


def test_a_replayed_step_in_bf16_equals_a_played_one():
    settings: Any = {"recipe": "dcgan", "source": "digits", "precision": "bf16", "width": 8}
    assert_equal(play(taped(**settings)[0]), play(make(**settings)))


def test_each_tuple_of_turns_has_its_own_graph():
    def turns(progress):
        return ("d", "g") if progress.step % 2 else ("d", "d", "g")

    steppers = make("dcgan", "digits"), *taped("dcgan", "digits")
    for stepper in steppers[:2]:
        stepper.family.turns = turns
    assert_equal(play(steppers[1], 2 * STEPS), play(steppers[0], 2 * STEPS))
    assert steppers[2].captured == 2


def test_a_scheduled_momentum_is_an_obstacle():
    """And is one indeed: a replay would go on with the momentum of the step that was captured."""
    experiment = make("gan", "digits").experiment
    assert obstacle_to_capture(experiment) == "the momentum of player d is scheduled"
    split = prepare("gan", "digits").data.train  # pyright: ignore[reportOptionalMemberAccess]
    assert not tune(Plan("cuda", "fp32", 1), experiment, split).captured
    played, replayed = (play(stepper, 150) for stepper in (make("gan", "digits"), taped("gan", "digits")[0]))
    assert torch.equal(played[2], replayed[2])
    assert any(not torch.equal(value, replayed[1][name]) for name, value in played[1].items())


def test_graphs_are_freed_with_their_run():
    """A run's weights and graphs hold memory of the device, which nobody collects when it is short."""
    stepper = make("dcgan", "digits")
    stepper.replayer = Replayer(Plain())
    play(stepper, WARM + 1)
    gc.disable()
    try:
        left = weakref.ref(stepper)
        del stepper
        assert left() is None
    finally:
        gc.enable()


def test_nothing_of_a_failed_capture_is_held_when_the_step_is_played():
    """What it had in memory is needed."""
    stepper, _ = taped("dcgan", "digits")
    family: Any = stepper.family
    generate, fakes = family.generate, []

    def spying(*arguments):
        fake = generate(*arguments)
        assert [one for one in fakes if one() is not None] == []
        fakes.append(weakref.ref(fake))
        return fake

    family.generate = spying
    reading(stepper)
    play(stepper, WARM + 2)
    assert stepper.replayer is None
    assert not stepper.plan.captured


def test_an_old_torch_is_an_obstacle(monkeypatch):
    experiment = make("dcgan", "digits").experiment
    assert obstacle_to_capture(experiment) is None
    monkeypatch.setattr(torch, "__version__", TorchVersion("2.10.0"))
    assert "this is 2.10.0" in (obstacle_to_capture(experiment) or "")


def test_steps_on_a_gpu_are_captured_unless_the_library_is_asked_for():
    one = prepare("dcgan", "digits")
    assert one.data is not None
    plan = tune(Plan("cuda", "bf16", 1), one.experiment, one.data.train)
    assert plan.captured
    assert str(plan) == "cuda, bf16, steps captured"
    assert Plan("cuda", "bf16", 1).captured is False


class Taping(sp.Watcher):
    """Lets a run replay its steps from tapes."""

    def __init__(self, spoil=lambda stepper: None):
        self.tapes: Any = None
        self.spoil = spoil
        self.why = ""

    def snapshot(self, trainer):
        if self.tapes is None:
            self.tapes = Tapes(trainer.stepper)
            trainer.stepper.replayer = Replayer(self.tapes)
            self.spoil(trainer.stepper)

    def replanned(self, trainer, why):
        self.why = why


SETTINGS: dict = {
    "recipe": "dcgan",
    "data": "digits",
    "steps": 12,
    "batch": 16,
    "ema": 0.9,
    "quiet": True,
    "device": "cpu",
}


def test_a_run_of_replayed_steps_equals_another(tmp_path):
    """Grids are drawn and checkpoints written on the way, with the average in the weights' place."""
    taping = Taping()
    replayed = sp.train(**SETTINGS, out=tmp_path / "replayed", watchers=(taping,))
    assert taping.tapes.captured == 1
    assert_same(replayed, sp.train(**SETTINGS, out=tmp_path / "played"))


def reading(stepper):
    """Let the family read a value in every turn."""
    terms = stepper.family.terms

    def reads(*arguments):
        found = terms(*arguments)
        next(iter(found.minimise.values())).item()
        return found

    stepper.family.terms = reads


def test_a_run_goes_on_where_a_step_cannot_be_captured(tmp_path):
    def spoil(stepper):
        reading(stepper)
        stepper.plan = dataclasses.replace(stepper.plan, captured=True)
        stepper._capturing = lambda: False  # asks CUDA

    taping = Taping(spoil)
    run = sp.train(**SETTINGS, out=tmp_path / "broken", watchers=(taping,))
    assert "cannot be captured (_local_scalar_dense waits" in taping.why
    assert run.config["plan"]["captured"] is False
    assert_same(run, sp.train(**SETTINGS, out=tmp_path / "played"))


@GPU
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize(("recipe", "source", "flags"), CASES, ids=str)
def test_a_cuda_graph_equals_the_played_step(recipe, source, flags, precision, monkeypatch):
    """Equal up to the order of sums in kernels that are not deterministic: a thousandth of a term."""
    capturable(recipe, source, flags)
    monkeypatch.setattr(torch.backends.cudnn, "deterministic", True)
    stepper = make(recipe, source, precision, "cuda", captured=True, **flags)
    captured = play(stepper)
    assert stepper.replayer is not None, stepper.replanned
    played = play(make(recipe, source, precision, "cuda", **flags))
    assert torch.equal(captured[2], played[2])
    for mine, theirs in zip(captured[0], played[0], strict=True):
        assert mine.keys() == theirs.keys()
        for name in mine:
            torch.testing.assert_close(mine[name].float(), theirs[name].float(), rtol=1e-3, atol=1e-3)


@GPU
@pytest.mark.filterwarnings("ignore:Synchronization debug mode")
@pytest.mark.parametrize("recipe", ["dcgan", "wgan_gp", "infogan", "cgan"])
def test_no_step_waits_for_the_gpu(recipe):
    stepper = make(recipe, "digits", "bf16", "cuda", captured=True)
    play(stepper, WARM + 1)
    try:
        torch.cuda.set_sync_debug_mode("error")
        play(stepper, 5)
    finally:
        torch.cuda.set_sync_debug_mode("default")


@GPU
def test_steps_go_on_after_a_capture_has_failed():
    steppers = [make("dcgan", "digits", "fp32", "cuda", captured=captured) for captured in (True, False)]
    for stepper in steppers:
        reading(stepper)
    found, expected = (play(stepper) for stepper in steppers)
    assert steppers[0].replayer is None
    assert "cannot be captured" in steppers[0].replanned
    assert torch.equal(found[2], expected[2])


@GPU
def test_a_captured_run_resumes(tmp_path):
    settings: dict = SETTINGS | {"device": "cuda", "steps": 40}  # its half ends with a whole row of the curves
    whole = sp.train(**settings, out=tmp_path / "whole")
    assert whole.config["plan"]["captured"]
    settings["steps"] = 20
    part = sp.train(**settings, out=tmp_path / "part")
    assert_same(whole, sp.resume(part.path, steps=40, quiet=True))
