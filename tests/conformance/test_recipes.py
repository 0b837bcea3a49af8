"""What must hold for every recipe that is registered, discovered rather than listed."""

import math
import os
import signal
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

import saddlepoint as sp
from saddlepoint.compute.plan import Plan
from saddlepoint.core.experiment import recipes
from saddlepoint.core.flags import flags, resolve
from saddlepoint.core.protocol import Progress
from saddlepoint.engine.loop import Habits, Trainer
from saddlepoint.runs.prepare import prepare
from tests.sources import SOURCES
from tests.trained import assert_same

BATCH = 16
SETTINGS: dict[str, Any] = {"steps": 7, "batch": BATCH, "ema": 0.9, "log_every": 2, "grids": 3, "quiet": True}
CASES = [(name, SOURCES[kind]) for name, recipe in recipes.items() for kind in recipe.needs]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: "-".join(case))
def case(request):
    return request.param


FRACTIONS = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the budget, which may be played in stages


class Played(NamedTuple):
    """A trainer after steps all over the budget, what they reported, and the parameters that got a gradient."""

    trainer: Trainer
    reports: list[dict[str, float]]
    used: set[str]


@pytest.fixture(scope="module")
def played(case):
    trainer = trainer_of(*case)
    used: set[str] = set()
    for descent in trainer.stepper.optimizers.values():

        def spying(gradients, descent=descent, update=descent.update):
            used.update(n for n, g in zip(descent.parameters, gradients, strict=True) if g is not None)
            update(gradients)

        descent.update = spying
    reports = []
    for fraction in FRACTIONS:
        report = trainer.stepper.step(trainer.progress._replace(fraction=fraction))
        reports.append({name: value.item() for name, value in report.items()})
        trainer.done += 1
    return Played(trainer, reports, used)


@pytest.fixture(scope="module")
def whole(case, tmp_path_factory):
    """A run of seven steps, with pictures after the third, the fifth and the last."""
    return sp.train(*case, out=tmp_path_factory.mktemp("whole") / "run", **SETTINGS)


def trainer_of(name, source):
    prepared = prepare(name, source, batch=BATCH, ema=0.9)
    plan = Plan("cpu", "fp32", torch.get_num_threads())
    return Trainer(
        prepared.experiment,
        prepared.data.train,
        plan,
        None,  # pyright: ignore[reportArgumentType] - nothing is written
        budget=prepared.experiment.budget,
        seed=0,
        habits=Habits(20, 45.0, keep=2, best=None, card=False, evaluate_every=0),
    )


def test_every_flag_has_help_and_a_default_that_fits(case):
    recipe = recipes.get(case[0])
    assert recipe.help
    for flag in flags(recipe).values():
        assert flag.help, f"{flag.option} has no line in the docstring"
    resolve(recipe, {})


def test_steps_are_finite_and_every_parameter_has_an_owner_who_moves(played):
    family, players = played.trainer.family, played.trainer.family.players
    owned = {name for player in players for name in family.parameters_of(player)}
    assert owned == {name for name, p in family.named_parameters() if p.requires_grad}
    stages = {family.turns(Progress(step, 0, 0.0, part)) for step in range(3) for part in FRACTIONS}
    assert {player for turns in stages for player in turns} == set(players)
    assert all(math.isfinite(value) for report in played.reports for value in report.values())
    assert {name.split("/")[0] for report in played.reports for name in report if "/" in name} == set(players)
    assert all(torch.isfinite(p).all() for p in family.parameters())


def test_every_parameter_gets_a_gradient_in_some_turn(played):
    family = played.trainer.family
    assert set(played.trainer.stepper.optimizers) == set(family.players)
    assert played.used == {name for name, p in family.named_parameters() if p.requires_grad}


def test_a_turn_moves_its_player_and_nobody_else(played, monkeypatch):
    trainer, family = played.trainer, played.trainer.family
    for player in family.players:
        monkeypatch.setattr(family, "turns", lambda progress, player=player: (player,))
        trained = {name: p for name, p in family.named_parameters() if p.requires_grad}
        before = {name: p.detach().clone() for name, p in trained.items()}
        trainer.stepper.step(trainer.progress)
        moved = {name for name, p in trained.items() if not torch.equal(p, before[name])}
        mine = set(family.parameters_of(player))
        assert moved <= mine
        assert moved, f"{player} did not move"


def test_samples_fit_the_data_and_repeat(whole):
    if not whole.family.samples:
        with pytest.raises(sp.UserError, match="has no samples"):
            whole.sample(1)
        return
    images = whole.sample(70, seed=1)
    assert images.shape[1:] == tuple(whole.config["data"]["shape"])
    assert images.dtype.name in whole.kind.dtypes
    assert np.array_equal(images[:5], sp.load(whole.path).sample(5, seed=1))
    assert not np.array_equal(images, whole.sample(70, seed=2))


def test_a_resumed_run_equals_an_unbroken_one(case, whole, tmp_path):
    broken = tmp_path / "broken"
    with pytest.raises(sp.Interrupted):
        sp.train(*case, out=broken, watchers=(CtrlC(3),), **SETTINGS)
    assert sp.load(broken).step == 3
    assert_same(whole, sp.resume(broken, quiet=True))
    assert len(whole.folder.samples()) == (4 if whole.family.samples else 0)


def test_the_doctor_examines_games_without_a_critic(whole):
    """Those with one are examined in the doctor's own tests."""
    if not whole.family.critics:
        assert "untrained" in sp.doctor(whole).looked


class CtrlC(sp.Watcher):
    """Presses Ctrl-C after a number of steps."""

    def __init__(self, steps):
        self.steps = steps

    def stepped(self, trainer):
        if trainer.done == self.steps:
            os.kill(os.getpid(), signal.SIGINT)
