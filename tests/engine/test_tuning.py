"""The plan is measured once, remembered, stored in the run, and changes no result beyond rounding."""

import dataclasses
import json

import pytest
import torch

import saddlepoint as sp
from saddlepoint.core.errors import UserError
from saddlepoint.engine import tuning
from saddlepoint.engine.convolution import Geometry
from saddlepoint.engine.plan import Plan
from saddlepoint.engine.tuning import Seen, tune
from saddlepoint.preparation import prepare
from saddlepoint.training import dry_run
from tests.runs import assert_same


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SADDLE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("saddlepoint.training.tune", tune)  # which other tests leave out


def prepared(**flags):
    return prepare("dcgan", "digits", flags={"width": 8, "hidden": 0, **flags})


def tuned(plan, one):
    return tune(plan, one.experiment, one.data.train)


def test_measured_once(monkeypatch):
    one, plan = prepared(), Plan("cpu", "fp32", 2)
    first = tuned(plan, one)

    def again(*_):
        raise AssertionError("measured again")

    monkeypatch.setattr(tuning, "_measure", again)
    assert tuned(plan, one) == first
    with pytest.raises(AssertionError):  # other networks are another matter
        tuned(plan, prepared(width=16))


def test_measuring_changes_nothing():
    one = prepared()
    before = {name: value.clone() for name, value in one.experiment.family.state_dict().items()}
    random, threads = torch.get_rng_state(), torch.get_num_threads()
    tuned(Plan("cpu", "fp32", 2), one)
    for name, value in one.experiment.family.state_dict().items():
        assert torch.equal(value, before[name]), name
    assert torch.equal(torch.get_rng_state(), random)
    assert torch.get_num_threads() == threads


def test_given_threads_stay():
    plan = Plan.choose("cpu", "fp32", threads=2)
    assert tuned(plan, prepared()).threads == 2
    with pytest.raises(UserError, match="--threads"):
        Plan.choose("cpu", threads=0)


def test_without_a_cache_the_plan_stays(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SADDLE_CACHE", str(tmp_path / "file" / "cache"))
    plan = Plan("cpu", "fp32", 2)
    assert tuned(plan, prepared()) == plan


def test_an_accelerator_plans_for_itself():
    plan = Plan("mps", "fp32", 2)
    assert tuned(plan, prepared()) == plan


@pytest.mark.parametrize("faster", ["library", "patches"])
def test_the_faster_way_is_chosen(monkeypatch, faster):
    """With clocks that differ by a factor of two the choice is known."""

    def time(run, seconds):
        del seconds
        way: Geometry = run.args[-1]
        return 1.0 if bool(way.patches) == (faster == "patches") else 2.0

    monkeypatch.setattr(tuning, "_best_time", time)
    seen = Seen(Geometry(4, 2, 1, 8), (2, 3, 8, 8), (2, 2, 4, 4), (2, 3, 4, 4))
    expected = ["down", "up", "match"] if faster == "patches" else []
    assert tuning._patches(seen, torch.float32) == expected


def test_fewer_threads_are_chosen_where_they_gain_a_tenth(monkeypatch):
    seconds = {8: 0.05, 4: 0.049, 2: 0.03, 1: 0.029}
    used = {"threads": 8}
    monkeypatch.setattr(torch, "set_num_threads", lambda n: used.update(threads=n))
    monkeypatch.setattr(tuning, "_best_time", lambda run, _: seconds[used["threads"]])
    assert tuning._threads(lambda: None, 8, 0.05) == 1
    seconds[2] = seconds[1] = 0.046
    used["threads"] = 8
    assert tuning._threads(lambda: None, 8, 0.05) == 8


def test_on_a_busy_machine_threads_stay_and_no_time_is_remembered(monkeypatch):
    busy = {"preempted": 0, "more": 0}

    def preempted():
        busy["preempted"] += busy["more"]
        return busy["preempted"]

    monkeypatch.setattr(tuning, "preemptions", preempted)
    monkeypatch.setattr(tuning, "_threads", lambda step, most, usual: 1)
    monkeypatch.setattr(tuning, "_best_time", lambda run, *_, **__: 0.01)
    one, plan = prepared(), Plan("cpu", "fp32", 2)
    assert one.data is not None
    calm = tuning._measure(plan, one.experiment, one.data.train)
    assert calm["threads"] == 1
    assert calm["step_seconds"] > 0
    assert calm["memory"] > 50e6
    busy["more"] = 10**9
    disturbed = tuning._measure(plan, one.experiment, one.data.train)
    assert disturbed["threads"] == 2
    assert disturbed["step_seconds"] is None


def test_another_game_is_measured_anew():
    def key(recipe="dcgan", data="digits", **flags):
        one = prepare(recipe, data, flags=flags)
        assert one.data is not None
        return tuning._key(Plan("cpu", "fp32", 2), one.experiment, one.data.train)

    assert key() == key()
    others = [
        key(data="digits@500"),
        key(penalty=("r1",)),
        key(objective="relativistic"),
        key(augment="color"),
        key(augment="translation"),
    ]
    assert len({key(), *others}) == 6


@pytest.mark.parametrize(
    ("recipe", "budget", "told"),
    [
        ("dcgan", {"steps": 20}, "20 steps (about 2 s, 640 images/s)"),
        ("dcgan", {"images": 6400}, "6,400 images (about 10 s, 640 images/s)"),
        ("dcgan", {"epochs": 10}, "10 epochs (about 22 s, 640 images/s)"),
        ("dcgan", {"minutes": 2}, "2 minutes (640 images/s)"),
        ("wgan", {"images": 6400}, "6,400 images (about 2 s, 3,200 images/s)"),  # five batches a step
    ],
)
def test_time_and_memory_are_told_before_the_first_step(recipe, budget, told, monkeypatch, capsys):
    facts = {"threads": 1, "kernels": {}, "step_seconds": 0.1, "memory": 123 << 20}
    monkeypatch.setattr(tuning, "_measure", lambda *_: facts)
    dry_run(recipe, "digits", batch=64, **budget)
    said = capsys.readouterr().out
    assert told in said
    assert "about 123 MB" in said


def test_a_run_by_patches_stores_its_plan_and_resumes_exactly(tmp_path, monkeypatch):
    kernels = {"critic.body.down0": ["down", "up", "match"]}
    every = {"threads": 1, "kernels": kernels, "step_seconds": 0.1, "memory": 1}
    monkeypatch.setattr(tuning, "_measure", lambda *_: every)
    settings = {"width": 8, "hidden": 0, "quiet": True, "card": False, "log_every": 4}
    whole = sp.train("dcgan", steps=8, out=tmp_path / "whole", **settings)
    assert json.loads((whole.path / "config.json").read_text())["plan"]["kernels"] == kernels
    sp.train("dcgan", steps=4, out=tmp_path / "parts", **settings)
    assert_same(sp.resume(tmp_path / "parts", steps=8, quiet=True), whole)
    plain = sp.train("dcgan", steps=8, out=tmp_path / "plain", kernels="library", **settings)
    ours, library = (run.folder.latest().tensors("weights") for run in (whole, plain))
    for name, value in library.items():
        torch.testing.assert_close(ours[name], value, rtol=0.05, atol=0.02, msg=name)


def test_an_old_run_has_no_kernels():
    stored = {"device": "cpu", "precision": "fp32", "threads": 1}
    assert Plan.from_json(stored) == Plan("cpu", "fp32", 1)
    plan = dataclasses.replace(Plan("cpu", "bf16", 2), kernels={"critic.body.down0": ("up",)}, pieces=2)
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))) == plan
    assert str(plan) == "cpu, 2 threads, bf16, 1 convolution by patches, batches in 2 pieces"
