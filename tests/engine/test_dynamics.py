"""Games small enough to play by hand, on the same engine."""

import numpy as np
import pytest
import torch
from torch import nn

from saddlepoint.compute.plan import Plan
from saddlepoint.core.experiment import Experiment, Optimizer
from saddlepoint.core.protocol import Family, Progress, Terms
from saddlepoint.data.batches import Batches
from saddlepoint.data.dataset import Split
from saddlepoint.engine.step import Stepper

CPU = Plan("cpu", "fp32", 1)


class Number(nn.Module):
    def __init__(self, value):
        super().__init__()
        self.value = nn.Parameter(torch.tensor(float(value)))


class Bilinear(Family):
    """f(x, y) = x·y: y ascends, x descends."""

    players = {"y": ("second",), "x": ("first",)}  # noqa: RUF012

    def __init__(self):
        super().__init__()
        self.first, self.second = Number(1), Number(1)

    def turns(self, progress):
        return ("y", "x")

    def latent(self, n, *, rng, condition=None):
        return torch.zeros(n)

    def generate(self, latent, batch=None):
        return latent

    def terms(self, player, batch, latent, fake):
        product = self.first.value * self.second.value
        return Terms({"product": -product if player == "y" else product})


def stepper_of(family, **settings):
    lr = settings.pop("lr", 1.0)
    experiment = Experiment(
        family, {player: Optimizer(lr=lr, kind="sgd") for player in family.players}, batch=2, **settings
    )
    split = Split(np.zeros((4, 1), np.float32))
    batches = Batches(split, 2, seed=0, device=torch.device("cpu"))
    return Stepper(experiment, CPU, batches, torch.Generator())


def play(steps, **settings):
    family = Bilinear()
    stepper = stepper_of(family, **settings)
    path = [(1.0, 1.0)]
    for step in range(steps):
        stepper.step(Progress(step, 0, 0.0, 0.0))
        path.append((family.first.value.item(), family.second.value.item()))
    return path


def test_alternating_updates_cycle_with_period_six():
    path = play(12)
    assert [y for _, y in path[:7]] == [1, 2, 1, -1, -2, -1, 1]
    assert [x for x, _ in path[:7]] == [1, -1, -2, -1, 1, 2, 1]
    assert path[6:] == path[:7]
    assert {x * x + x * y + y * y for x, y in path} == {3}


def test_simultaneous_updates_leave_by_the_square_root_of_two():
    path = play(6, simultaneous=True)
    assert path == [(1, 1), (0, 2), (-2, 2), (-4, 0), (-4, -4), (0, -8), (8, -8)]


def test_small_alternating_steps_stay_on_their_ellipse():
    h = 0.1
    for x, y in play(200, lr=h):
        assert x * x + h * x * y + y * y == pytest.approx(2 + h, rel=1e-4)
