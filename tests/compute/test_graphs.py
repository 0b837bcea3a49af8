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
from torch.torch_version import TorchVersion

import saddlepoint as sp
from saddlepoint.compute.graphs import WARM, Replayer
from saddlepoint.compute.plan import Plan
from saddlepoint.runs.prepare import prepare
from saddlepoint.training.tuning import obstacle_to_capture, tune
from tests.compute.tapes import (
    CASES,
    SETTINGS,
    STEPS,
    Plain,
    Tapes,
    assert_equal,
    capturable,
    make,
    play,
    reading,
    taped,
    turns_of,
)
from tests.trained import assert_same


@pytest.mark.parametrize(("recipe", "source", "flags"), CASES, ids=str)
def test_a_replayed_step_equals_a_played_one(recipe, source, flags):
    capturable(recipe, source, flags)
    stepper, tapes = taped(recipe, source, **flags)
    steps = STEPS * len(set(turns_of(stepper, STEPS)))  # whoever plays in stages plays longer
    assert_equal(play(stepper, steps), play(make(recipe, source, **flags), steps))
    often = [count for count in turns_of(stepper, steps).values() if count > WARM]
    assert tapes.captured == len(often) > 0
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
    split = prepare("gan", "digits").data.train
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


def test_a_run_of_replayed_steps_equals_another(tmp_path):
    """Grids are drawn and checkpoints written on the way, with the average in the weights' place."""
    taping = Taping()
    replayed = sp.train(**SETTINGS, out=tmp_path / "replayed", watchers=(taping,))
    assert taping.tapes.captured == 1
    assert_same(replayed, sp.train(**SETTINGS, out=tmp_path / "played"))


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
