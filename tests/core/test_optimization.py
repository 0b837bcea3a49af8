"""What a user sets of a recipe's optimizers: closed forms of schedules, whom they reach, exact resume."""

import json
import math
import os
import signal

import pytest
import torch

import saddlepoint as sp
from saddlepoint.cli import main
from saddlepoint.comparing.configurations import settings_of, shown
from saddlepoint.core.experiment import recipes
from saddlepoint.core.protocol import Progress
from saddlepoint.engine.optimizers import PlayerOptimizer, scheduled_numbers
from saddlepoint.runs.prepare import prepare
from tests.sources import SOURCES
from tests.trained import assert_same

FRACTIONS = (0.0, 0.25, 1 / 3, 0.5, 0.9, 1.0)
SMALL: dict = {"batch": 8, "width": 4, "quiet": True, "log_every": 1, "kernels": "library"}


def optimizers(recipe="dcgan", data="digits", **flags):
    return prepare(recipe, data, flags=flags).experiment.optimizers


def rate(optimizer, fraction):
    """Return the rate that an update of one weight would use."""
    descent = PlayerOptimizer(optimizer, {"w": torch.nn.Parameter(torch.zeros(2))}, torch.device("cpu"))
    descent.schedule(Progress(step=0, images=0, epochs=0.0, fraction=fraction))
    return float(descent.rule.param_groups[0]["lr"])


@pytest.mark.parametrize("recipe", ["dcgan", "wgan", "gan"])
@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("constant", lambda t: 1.0),
        ("linear", lambda t: 1 - t),
        ("cosine", lambda t: math.cos(math.pi * t / 2) ** 2),
        ("late", lambda t: 1 - max(0, t - 0.5) / 0.5),
    ],
)
def test_schedules_are_their_closed_forms(recipe, name, share):
    """For Adam, RMSprop and SGD, whose rates are held in different ways."""
    chosen = optimizers(recipe, lr_d=0.3, lr_g=0.02, schedule=name)
    for fraction in FRACTIONS:
        assert rate(chosen["d"], fraction) == pytest.approx(0.3 * share(fraction), rel=1e-6, abs=1e-9)
        assert rate(chosen["g"], fraction) == pytest.approx(0.02 * share(fraction), rel=1e-6, abs=1e-9)


def test_the_schedule_of_a_recipe_stays_in_proportion_or_is_replaced():
    plain, scaled = optimizers("r3gan", lr=4e-4), optimizers("r3gan", lr=4e-4, lr_g=1e-4)
    for fraction in FRACTIONS:
        assert rate(scaled["d"], fraction) == rate(plain["d"], fraction)
        assert rate(scaled["g"], fraction) == pytest.approx(rate(plain["g"], fraction) / 4, rel=1e-6)
    constant = optimizers("r3gan", lr=4e-4, schedule={"g": "constant"})
    assert constant["g"].schedules == {}
    assert rate(constant["d"], 1.0) == rate(plain["d"], 1.0)
    momentum = optimizers("gan", schedule="linear")["d"]
    assert scheduled_numbers(momentum) == ["momentum"], "the paper's momentum goes on rising"


@pytest.mark.parametrize("recipe", recipes.names())
def test_every_recipe_takes_every_setting(recipe):
    data = SOURCES[recipes.get(recipe).needs[0]]
    before = optimizers(recipe, data)
    if before.keys() != {"d", "g"}:
        pytest.skip(f"its players are {' and '.join(before)}")
    adam = all(one.kind == "adam" for one in before.values())
    more = {"betas": {"d": (0.1, 0.2)}} if adam else {}
    after = optimizers(recipe, data, lr_d=0.5, lr_g=0.25, weight_decay={"all": 1e-3, "g": 0.0}, **more)
    assert (after["d"].lr, after["g"].lr) == (0.5, 0.25)
    assert (after["d"].weight_decay, after["g"].weight_decay) == (1e-3, 0.0)
    assert after["g"].betas == before["g"].betas
    if adam:
        assert after["d"].betas == (0.1, 0.2)
    assert [one.kind for one in after.values()] == [one.kind for one in before.values()]


def test_what_is_not_given_stays_the_recipes():
    assert optimizers() == optimizers(betas=None, lr_d=None)
    given = optimizers(betas=(0.5, 0.999), weight_decay=0.0, schedule="constant", lr_d=5e-4, lr_g=1e-3)
    assert given == optimizers(), "these are dcgan's own below 32 pixels"


class CtrlC(sp.Watcher):
    """Presses Ctrl-C after a number of steps."""

    def __init__(self, steps):
        self.steps = steps

    def stepped(self, trainer):
        if trainer.done == self.steps:
            os.kill(os.getpid(), signal.SIGINT)


def test_a_run_with_a_schedule_resumes_exactly(tmp_path):
    settings = SMALL | {"schedule": {"d": "linear", "g": "cosine"}, "betas": (0.2, 0.9), "steps": 6}
    whole = sp.train("dcgan", out=tmp_path / "whole", **settings)
    with pytest.raises(sp.Interrupted):
        sp.train("dcgan", out=tmp_path / "broken", watchers=(CtrlC(4),), **settings)
    assert_same(whole, sp.resume(tmp_path / "broken", quiet=True))
    plain = sp.train("dcgan", out=tmp_path / "plain", **SMALL | {"steps": 6, "betas": (0.2, 0.9)})
    x, y = (run.folder.latest().tensors("weights") for run in (whole, plain))
    assert any(not torch.equal(x[name], y[name]) for name in x)


class Rates(sp.Watcher):
    """Notes the generator's rate of every step."""

    def __init__(self):
        self.seen: list[float] = []

    def stepped(self, trainer):
        self.seen.append(float(trainer.stepper.optimizers["g"].rule.param_groups[0]["lr"]))


def test_extending_a_run_stretches_its_schedule(tmp_path):
    first, second = Rates(), Rates()
    settings = SMALL | {"schedule": "linear", "lr_g": 0.01}
    run = sp.train("dcgan", steps=4, out=tmp_path / "run", watchers=(first,), **settings)
    sp.resume(run.path, steps=8, watchers=(second,), quiet=True)
    assert first.seen == pytest.approx([0.01 * (1 - step / 4) for step in range(4)], rel=1e-6)
    assert second.seen == pytest.approx([0.01 * (1 - step / 8) for step in range(4, 8)], rel=1e-6)


def test_the_command_line_says_the_same_as_python(tmp_path, capsys):
    out = tmp_path / "run"
    typed = ["--betas", "0,0.9", "--betas", "g=0.5,0.99", "--schedule", "d=linear", "--weight-decay", "0.001"]
    sizes = ["--steps", "2", "--batch", "8", "--latent", "4"]
    assert main(["train", "wgan_gp", *sizes, *typed, "--lr-g", "0.5", "--no-card", "--out", str(out)]) == 0
    assert "betas 0/0.9, g 0.5/0.99, weight decay 0.001, schedule d linear" in capsys.readouterr().out
    stored = json.loads((out / "config.json").read_text())
    assert stored["flags"]["betas"] == {"all": [0.0, 0.9], "g": [0.5, 0.99]}
    assert stored["optimizers"]["g"] == {"kind": "adam", "lr": 0.5, "betas": [0.5, 0.99], "weight_decay": 0.001}
    telling = {name: shown(value) for name, value in settings_of(stored).items()}
    assert telling["betas"] == "0/0.9, g 0.5/0.99"
    assert telling["schedule"] == "d linear"
    optimizer = sp.load(out).built().experiment.optimizers
    python = optimizers(
        "wgan_gp",
        betas={"all": (0.0, 0.9), "g": [0.5, 0.99]},
        schedule={"d": "linear"},
        weight_decay=0.001,
        lr_g=0.5,
    )
    for player in "dg":
        assert optimizer[player].betas == python[player].betas
        assert rate(optimizer[player], 0.5) == rate(python[player], 0.5)


@pytest.mark.parametrize(
    ("recipe", "flags", "message"),
    [
        ("wgan", {"betas": (0.0, 0.9)}, "--betas are Adam's, and player d descends by rmsprop"),
        ("dcgan", {"schedule": "cosin"}, "--schedule takes constant, linear, late or cosine, got 'cosin'"),
        ("dcgan", {"schedule": {"q": "cosine"}}, "--schedule is for player 'q', but the players are d and g"),
        ("dcgan", {"betas": 0.5}, "--betas takes two numbers of at least 0 and below 1, as 0.5,0.999, got 0.5"),
        ("dcgan", {"betas": (0.5, 1.0)}, "--betas takes two numbers"),
        ("dcgan", {"weight_decay": math.nan}, "--weight-decay takes a finite number of at least 0, got nan"),
        ("dcgan", {"weight_decay": math.inf}, "--weight-decay takes a finite number"),
        ("r3gan", {"lr": 0.0, "lr_g": 1e-3}, "give --schedule g=NAME with --lr-g"),
    ],
)
def test_settings_that_do_not_fit(recipe, flags, message):
    with pytest.raises(sp.UserError) as error:
        optimizers(recipe, **flags)
    assert message in str(error.value)
