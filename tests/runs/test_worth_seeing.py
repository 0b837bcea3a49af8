"""What is said of a budget before the first step."""

import math
import shlex
from dataclasses import replace

import pytest

from saddlepoint.cli.parser import parse_with_flags
from saddlepoint.cli.train import make_parser
from saddlepoint.compute.plan import Plan
from saddlepoint.core.experiment import Budget, recipes
from saddlepoint.core.flags import flags
from saddlepoint.runs import command, worth_seeing
from saddlepoint.runs.prepare import prepare
from saddlepoint.runs.worth_seeing import advice, round_minutes, worth


@pytest.fixture
def table(monkeypatch):
    monkeypatch.setattr(worth_seeing, "MEASURED", {("dcgan", 16): 20_000, ("dcgan", 32): 100_000})
    monkeypatch.setattr(worth_seeing, "PATIENCE", math.inf)


@pytest.fixture(scope="module")
def large():
    return prepare("dcgan", "digits", size=64, flags={"width": 64})


@pytest.fixture
def plan():
    """Sixty-four images a second."""
    return replace(Plan.choose("cpu", "fp32", threads=1), step_seconds=1.0)


def test_sizes_that_were_measured_serve_smaller_ones(table):
    assert worth(prepare("dcgan", "digits")) == (20_000, True)
    assert worth(prepare("dcgan", "digits", size=24)) == (100_000, True)


def test_what_was_not_measured_is_reckoned_and_says_so(table, large):
    assert worth(large) == (160_000, False)  # one doubling of the side
    gan = prepare("gan", "digits")
    assert worth(gan) == (gan.experiment.budget.images, False)


def test_what_a_budget_buys_and_what_would_be_enough(table, large, plan, monkeypatch):
    steps = []

    def step_seconds(prepared, *_):
        steps.append((prepared.spec.size, prepared.flags["width"]))
        return 0.25 if prepared.spec.size == 32 else 0.5

    monkeypatch.setattr(worth_seeing, "_step_seconds", step_seconds)
    told, change, longer = advice(large, plan, Budget(minutes=10.0))
    assert told == (
        "10 minutes at 64 images/s are 38,000 images; results are worth seeing from about 160,000 with this "
        "recipe at 64×64 (reckoned, not measured): 41 min 40 s here"
    )
    assert change == "in the same time: saddle train dcgan --data digits --width 64 --minutes 10 --size 32"
    assert longer == "as it is: saddle train dcgan --data digits --width 64 --minutes 45"
    assert steps == [(32, 64)]


def test_a_narrower_network_where_smaller_images_are_not_enough(table, large, plan, monkeypatch):
    seconds = {(32, 64): 1.0, (64, 32): 0.9, (64, 16): 0.2}
    monkeypatch.setattr(
        worth_seeing, "_step_seconds", lambda made, *_: seconds[made.spec.size, made.flags["width"]]
    )
    assert "--width 16 --minutes 10" in advice(large, plan, Budget(minutes=10.0))[1]


def test_nobody_waits_long_for_what_would_be_enough(table, large, plan, monkeypatch):
    monkeypatch.setattr(worth_seeing, "PATIENCE", -1.0)
    monkeypatch.setattr(worth_seeing, "_step_seconds", lambda *_: 0.1)
    assert [line.partition(":")[0] for line in advice(large, plan, Budget(minutes=10.0))[1:]] == ["as it is"]


def test_a_step_of_another_network_is_timed(large, plan):
    small = worth_seeing._changed(large, {"size": 8, "width": 4})
    assert worth_seeing._step_seconds(small, plan, math.inf) > 0


def test_a_long_step_is_timed_once(large, plan, monkeypatch):
    steps = []
    monkeypatch.setattr(worth_seeing.Stepper, "step", lambda self, _: steps.append(1))
    worth_seeing._step_seconds(large, plan, -math.inf)
    assert len(steps) == 1
    worth_seeing._step_seconds(large, plan, math.inf)
    assert len(steps) == 4


@pytest.mark.parametrize(
    ("minutes", "given"),
    [
        (0.04, 0.1),
        (0.31, 0.4),
        (1.0, 1.0),
        (3.2, 4.0),
        (41.7, 45.0),
        (60.0, 60.0),
        (61.0, 90.0),
        (301.0, 360.0),
        (1849.0, 1860.0),
    ],
)
def test_minutes_are_given_as_people_give_them(minutes, given):
    assert round_minutes(minutes) == given


@pytest.mark.parametrize(
    "budget", [Budget(images=160_000), Budget(steps=2_500), Budget(epochs=120.0), Budget(minutes=42.0)]
)
def test_nothing_is_said_of_a_budget_that_is_enough(table, large, plan, budget):
    assert advice(large, plan, budget) == []


def test_commands_repeat_what_was_given(table, large, plan, monkeypatch):
    monkeypatch.setattr(worth_seeing, "_step_seconds", lambda *_: 0.1)
    given = {"size": 64, "batch": 32}
    _, change, longer = advice(large, plan, Budget(minutes=10.0), given)
    assert change.endswith("--data digits --width 64 --size 32 --batch 32 --minutes 10")
    assert longer.endswith("--data digits --width 64 --size 64 --batch 32 --minutes 45")


@pytest.mark.parametrize(
    ("recipe", "typed"),
    [
        ("dcgan", ["--betas", "0.5,0.9", "--betas", "d=0.25,0.999", "--lr-d", "0.000123456789"]),
        ("dcgan", ["--schedule", "g=cosine", "--weight-decay", "0.001", "--size", "16", "--batch", "32"]),
        ("dcgan", ["--penalty", "r1", "--penalty", "r2", "--gamma", "0.5", "--gamma", "2"]),
        ("dcgan", ["--augment", "color,translation"]),
    ],
)
def test_a_command_that_is_advised_trains_what_was_asked_for(recipe, typed):
    """It is read back as a command line is."""
    asked = parse_with_flags(make_parser, [recipe, *typed])
    own = {name: asked[name] for name in flags(recipes.get(recipe)) if name in asked}
    prepared = prepare(recipe, "digits", size=asked["size"], batch=asked["batch"], flags=own)
    assert prepared.data is not None
    prepared = replace(prepared, data=replace(prepared.data, source="a set/of digits"))
    beside = {name: asked[name] for name in ("size", "batch") if asked[name] is not None}
    first, second, *words = shlex.split(worth_seeing._command(prepared, {**beside, "minutes": 2.0}))
    assert (first, second) == ("saddle", "train")
    assert parse_with_flags(make_parser, words) == asked | {"data": "a set/of digits", "minutes": 2.0}


def test_options_that_are_on_or_off():
    assert command._typed("shared", True) == ["--shared"]
    assert command._typed("shared", False) == ["--no-shared"]


def test_nothing_is_said_where_nobody_knows_the_speed(table, large, plan):
    assert advice(large, replace(plan, step_seconds=None), Budget(steps=1)) == []
