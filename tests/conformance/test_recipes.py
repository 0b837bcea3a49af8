"""What must hold for every recipe that is registered, discovered rather than listed."""

import math
import os
import signal

import numpy as np
import pytest
import torch
from runs import assert_same

import saddlepoint as sp
from saddlepoint.core.experiment import recipes
from saddlepoint.core.flags import flags, resolve
from saddlepoint.engine.loop import Habits, Trainer
from saddlepoint.engine.plan import Plan
from saddlepoint.engine.step import owned
from saddlepoint.preparation import prepare

BATCH = 16
CASES = [
    (name, {"images": "digits", "points": "ring8"}[kind])
    for name, recipe in recipes.items()
    for kind in recipe.needs
]


@pytest.fixture(params=CASES, ids=lambda case: "-".join(case))
def case(request):
    return request.param


def trainer_of(name, source):
    prepared = prepare(name, source, batch=BATCH, ema=0.9)
    assert prepared.data is not None
    plan = Plan("cpu", "fp32", torch.get_num_threads())
    return Trainer(
        prepared.experiment,
        prepared.data.train,
        plan,
        None,  # pyright: ignore[reportArgumentType] - nothing is written
        budget=prepared.experiment.budget,
        seed=0,
        habits=Habits(),
    )


def test_every_flag_has_help_and_a_default_that_fits(case):
    recipe = recipes.get(case[0])
    assert recipe.help
    for flag in flags(recipe).values():
        assert flag.help, f"{flag.option} has no line in the docstring"
    resolve(recipe, {})


def test_steps_are_finite_and_move_owned_parameters_only(case):
    trainer = trainer_of(*case)
    family, players = trainer.family, trainer.family.players
    everything = {name for player in players for name in owned(family, player)}
    assert everything == {name for name, p in family.named_parameters() if p.requires_grad}
    assert sum(len(owned(family, player)) for player in players) == len(everything)
    turned = set()
    for _ in range(3):
        report = trainer.stepper.step(trainer.progress)
        assert all(math.isfinite(value.item()) for value in report.values())
        turned |= {name.split("/")[0] for name in report if "/" in name}
        trainer.done += 1
    assert turned == set(players)
    assert all(torch.isfinite(p).all() for p in family.parameters())


def test_a_turn_moves_its_player_and_nobody_else(case):
    trainer = trainer_of(*case)
    family = trainer.family
    for player in family.players:
        family.turns = lambda step, player=player: (player,)
        before = {name: p.detach().clone() for name, p in family.named_parameters()}
        trainer.stepper.step(trainer.progress)
        moved = {name for name, p in family.named_parameters() if not torch.equal(p, before[name])}
        mine = set(owned(family, player))
        assert moved <= mine
        assert moved, f"{player} did not move"


def test_every_parameter_gets_a_gradient_in_some_turn(case):
    trainer = trainer_of(*case)
    used = set()
    for player, descent in trainer.stepper.descents.items():
        update = descent.update

        def spying(gradients, descent=descent, update=update):
            used.update(n for n, g in zip(descent.parameters, gradients, strict=True) if g is not None)
            update(gradients)

        descent.update = spying
        assert player in trainer.family.players
    for _ in range(3):
        trainer.stepper.step(trainer.progress)
        trainer.done += 1
    assert used == {name for name, p in trainer.family.named_parameters() if p.requires_grad}


def test_samples_fit_the_data_and_repeat(case, tmp_path):
    name, source = case
    run = sp.train(name, source, steps=2, batch=BATCH, out=tmp_path / "run", quiet=True)
    images = run.sample(70, seed=1)
    assert images.shape[1:] == tuple(run.config["data"]["shape"])
    assert images.dtype == (np.uint8 if run.config["data"]["kind"] == "images" else np.float32)
    assert np.array_equal(images[:5], sp.load(run.path).sample(5, seed=1))
    assert not np.array_equal(images, run.sample(70, seed=2))


def test_a_resumed_run_equals_an_unbroken_one(case, tmp_path):
    name, source = case
    settings: dict = {"steps": 7, "batch": BATCH, "ema": 0.9, "log_every": 2, "quiet": True}
    whole = sp.train(name, source, out=tmp_path / "whole", **settings)
    broken = tmp_path / "broken"
    with pytest.raises(sp.Interrupted):
        sp.train(name, source, out=broken, watchers=(CtrlC(3),), **settings)
    assert sp.load(broken).step == 3
    resumed = sp.resume(broken, quiet=True)
    assert_same(whole, resumed)


class CtrlC(sp.Watcher):
    """Presses Ctrl-C after a number of steps."""

    def __init__(self, steps):
        self.steps = steps

    def stepped(self, trainer):
        if trainer.done == self.steps:
            os.kill(os.getpid(), signal.SIGINT)
