"""The plan is measured once, remembered, stored in the run, and changes no result beyond rounding."""

import dataclasses
import json
import math

import pytest
import torch

import saddlepoint as sp
from saddlepoint.compute import patch_choice, thread_count
from saddlepoint.compute.alike import alike, siblings
from saddlepoint.compute.patch_choice import Seen
from saddlepoint.compute.patch_convolution import Geometry
from saddlepoint.compute.plan import Plan
from saddlepoint.core import load
from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Budget
from saddlepoint.runs.prepare import prepare
from saddlepoint.training import tuning
from saddlepoint.training.training import dry_run
from saddlepoint.training.tuning import tune
from tests.trained import assert_same

FACTS = {
    "tried": True,
    "threads": 1,
    "step_seconds": 0.1,
    "memory": 1,
    "others": 0.0,
    "busy": False,
    "reason": "so",
}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SADDLE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("saddlepoint.training.training.tune", tune)  # which other tests leave out


def prepared(**flags):
    return prepare("dcgan", "digits", flags={"width": 8, "hidden": 0, **flags})


def tuned(plan, one):
    return tune(plan, one.experiment, one.data.train)


def test_measured_once(monkeypatch):
    one, plan = prepared(), Plan("cpu", "fp32", 1)
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
    monkeypatch.setattr(load, "others", lambda: 2.0)  # beside others all threads are never taken untested
    monkeypatch.setattr(tuning, "_measure", lambda *_: FACTS | {"kernels": {}})
    assert tuned(plan, prepared()).threads == 1


def test_an_accelerator_plans_for_itself():
    plan = Plan("mps", "fp32", 2)
    assert tuned(plan, prepared()) == plan


@pytest.mark.parametrize("faster", ["library", "patches"])
def test_the_faster_way_is_chosen(monkeypatch, faster):
    """With clocks that differ by a factor of two the choice is known."""

    def times(*ways, seconds):
        del seconds
        geometries: list[Geometry] = [way.args[-1] for way in ways]
        return [1.0 if bool(one.patches) == (faster == "patches") else 2.0 for one in geometries]

    monkeypatch.setattr(patch_choice, "best_times", times)
    seen = Seen(Geometry(4, 2, 1, 8), (2, 3, 8, 8), (2, 2, 4, 4), (2, 3, 4, 4))
    expected = ["down", "up", "match"] if faster == "patches" else []
    assert patch_choice.products_by_patches(seen, torch.float32) == expected


def test_convolutions_keep_the_librarys_way_when_the_time_for_trying_is_over(monkeypatch):
    now = iter([0.0, 0.5, 1.5])  # the start, then before each convolution that is not known yet
    monkeypatch.setattr(patch_choice, "products_by_patches", lambda seen, dtype: ["down"])
    first, second = (Seen(Geometry(4, 2, 1, side), (), (), ()) for side in (8, 16))
    seen = {"a": first, "b": first, "c": second}
    assert patch_choice.faster_by_patches(seen, torch.float32, 1.0, lambda: next(now)) == {
        "a": ("down",),
        "b": ("down",),
    }
    assert set(patch_choice.faster_by_patches(seen, torch.float32, math.inf)) == {"a", "b", "c"}


def test_ways_take_turns():
    order = []
    times = patch_choice.best_times(lambda: order.append("a"), lambda: order.append("b"), seconds=0.0)
    assert "".join(order) == 4 * "ab"  # once to warm up
    assert len(times) == 2
    assert min(times) >= 0


class Machine:
    """What a step takes with each number of threads, and what others take of two cores.

    ``later`` is what others take from the first step on.
    """

    def __init__(self):
        self.cost = {2: 0.02, 1: 0.03}
        self.others = self.later = 0.0
        self.tried = []

    def first(self, step):
        step()
        return self.cost[torch.get_num_threads()]

    def time(self, step, window, clock=None):
        del step, window, clock
        self.tried.append(torch.get_num_threads())
        return self.cost[self.tried[-1]]


@pytest.fixture
def machine(monkeypatch):
    one = Machine()
    monkeypatch.setattr(tuning, "_timed", one.first)
    monkeypatch.setattr(thread_count, "mean_time", one.time)
    monkeypatch.setattr(load, "cores", lambda: 2)
    monkeypatch.setattr(load, "others", lambda: one.others)

    class Meter:
        def others(self):
            return one.later

    monkeypatch.setattr(load, "Meter", Meter)
    monkeypatch.setattr(patch_choice, "products_by_patches", lambda seen, dtype: [])
    return one


def test_on_an_idle_machine_fewer_threads_must_gain_a_tenth(machine):
    plan = tuned(Plan("cpu", "fp32", 2), prepared())
    assert plan.threads == 2
    assert plan.reason == "2 of 2 threads: measured 3,200 images/s against 2,133 with 1"
    assert plan.step_seconds == 0.02
    assert (plan.memory or 0) > 50e6
    machine.cost[1] = 0.017
    assert tuned(Plan("cpu", "fp32", 2), prepared(width=4)).threads == 1


def test_on_a_busy_machine_threads_are_tried_and_not_remembered(machine):
    """What used to happen: all threads, untested, remembered for ever and eight times slower."""
    machine.others = machine.later = 1.9
    machine.cost = {2: 0.16, 1: 0.02}
    one, plan = prepared(), Plan("cpu", "fp32", 2)
    busy = tuned(plan, one)
    assert busy.threads == 1
    assert busy.others == 1.9
    assert busy.reason == (
        "1 of 2 threads: others take 1.9 of 2 cores, measured 3,200 images/s against 400 with 2"
    )
    machine.others = machine.later = 0.0  # they go
    machine.cost = {2: 0.01, 1: 0.02}
    assert tuned(plan, one).threads == 2
    machine.tried.clear()
    assert tuned(plan, one).threads == 2  # remembered
    assert not machine.tried
    machine.others = machine.later = 1.0  # and come again: what an idle machine found is not trusted
    machine.cost = {2: 0.03, 1: 0.02}
    assert tuned(plan, one).threads == 1
    machine.others = machine.later = 0.0
    machine.tried.clear()
    assert tuned(plan, one).threads == 2  # nor has it been forgotten
    assert not machine.tried


def test_on_a_busy_machine_more_threads_must_gain_a_tenth(machine):
    machine.others = machine.later = 0.5
    machine.cost = {2: 0.019, 1: 0.02}
    assert tuned(Plan("cpu", "fp32", 2), prepared()).threads == 1
    machine.cost[2] = 0.017
    assert tuned(Plan("cpu", "fp32", 2), prepared()).threads == 2


def test_kernels_of_an_idle_machine_serve_a_busy_one(machine, monkeypatch):
    monkeypatch.setattr(patch_choice, "products_by_patches", lambda seen, dtype: ["down"])
    one, plan = prepared(), Plan("cpu", "fp32", 2)
    idle = tuned(plan, one)
    assert idle.kernels
    monkeypatch.setattr(
        patch_choice,
        "products_by_patches",
        lambda seen, dtype: pytest.fail("kernels are measured beside others"),
    )
    machine.others = machine.later = 2.0
    machine.cost = {2: 0.1, 1: 0.02}
    busy = tuned(plan, one)
    assert (busy.threads, busy.kernels) == (1, idle.kernels)


def test_long_steps_take_all_threads_of_an_idle_machine_only(machine):
    machine.cost = {2: 0.4, 1: 0.3}
    idle = tuned(Plan("cpu", "fp32", 2), prepared())
    assert (idle.threads, set(machine.tried)) == (2, {2})
    assert idle.reason == "2 of 2 threads: nothing else takes the cores, and steps are long"
    machine.later = 1.0  # others come while steps are tried
    assert tuned(Plan("cpu", "fp32", 2), prepared(width=4)).threads == 1


def test_where_the_system_does_not_tell_scattered_times_do(machine, monkeypatch):
    machine.others = machine.later = None
    assert tuned(Plan("cpu", "fp32", 2), prepared()).reason.startswith("2 of 2 threads: measured")
    times = iter([0.02, *[0.02, 0.03, 0.09, 0.03, 0.08, 0.03]])
    monkeypatch.setattr(thread_count, "mean_time", lambda *_: next(times))
    plan = tuned(Plan("cpu", "fp32", 2), prepared(width=4))
    assert plan.threads == 1
    assert plan.reason.startswith("1 of 2 threads: times scatter as on a busy machine, measured 2,133")


def test_trying_threads_takes_a_tenth_of_the_run():
    one = prepared()
    assert one.data is not None
    train = one.data.train

    def patience(**budget):
        return tuning._patience(Budget(**budget), one.experiment, train, 0.01)

    assert patience(steps=10) == tuning.LEAST
    assert patience(steps=2000) == pytest.approx(2.0)
    assert patience(minutes=0.25) == pytest.approx(1.5)
    assert patience(minutes=60) == tuning.MOST
    assert tuning._patience(None, one.experiment, one.data.train, 0.01) == tuning.MOST


@pytest.fixture
def long_steps(machine):
    """A machine on which a step takes two seconds; yields what is tried."""
    machine.cost = {2: 2.0, 1: 2.0}
    return machine.tried


@pytest.mark.parametrize(("minutes", "tried"), [(1.0, False), (1.3, False), (1.4, True), (60.0, True)])
def test_nothing_is_tried_where_that_would_take_more_than_a_tenth_of_the_run(long_steps, minutes, tried):
    """What used to happen: four steps and more of two seconds, however short the run."""
    one = prepared()
    assert one.data is not None
    plan = tune(Plan("cpu", "fp32", 2), one.experiment, one.data.train, Budget(minutes=minutes))
    assert bool(long_steps) == tried
    assert (plan.threads, plan.step_seconds) == (2, 2.0)
    assert ("nothing is tried, as a step takes 2 s" in plan.reason) == (not tried)


def test_untried_threads_are_the_free_ones_of_a_busy_machine(long_steps, machine):
    machine.others = machine.later = 1.0
    one, asked = prepared(), Plan.choose("cpu", "fp32", threads=2)
    assert one.data is not None
    plan = tune(Plan("cpu", "fp32", 2), one.experiment, one.data.train, Budget(minutes=1.0))
    assert (plan.threads, plan.kernels, long_steps) == (1, {}, [])
    assert plan.reason == "others take 1.0 of 2 cores; nothing is tried, as a step takes 2 s"
    plan = tune(asked, one.experiment, one.data.train, Budget(minutes=1.0))
    assert plan.threads == 2
    assert "; fewer threads may be faster than the 2 asked for; nothing is tried" in plan.reason


@pytest.mark.parametrize(("steps", "trying"), [(9, True), (11, False)])
def test_a_dry_run_and_a_handful_of_steps_try_nothing_and_remember_nothing(machine, steps, trying):
    machine.cost = {2: 0.02, 1: 0.01}
    one, plan = prepared(), Plan("cpu", "fp32", 2)
    assert one.data is not None
    untried = tune(plan, one.experiment, one.data.train, Budget(steps=steps), trying=trying)
    assert (untried.threads, untried.step_seconds, machine.tried) == (2, 0.02, [2])
    known = tuned(plan, one)
    assert known.threads == 1
    machine.tried.clear()
    assert tune(plan, one.experiment, one.data.train, Budget(steps=steps), trying=trying) == known
    assert not machine.tried


def test_ten_steps_and_more_are_tried(machine):
    one = prepared()
    assert one.data is not None
    tune(Plan("cpu", "fp32", 2), one.experiment, one.data.train, Budget(steps=10))
    assert set(machine.tried) == {1, 2}


def test_runs_to_compare_are_planned_alike(machine, monkeypatch):
    plan = Plan("cpu", "fp32", 2)
    machine.others = machine.later = 2.0
    machine.cost = {2: 0.1, 1: 0.02}
    monkeypatch.setattr(patch_choice, "products_by_patches", lambda seen, dtype: ["up"])

    def planned(plan=plan, **flags):
        found = tuned(siblings().join(plan), prepared(**flags))
        siblings().add(found)
        return found

    with alike():
        first = planned()
        assert first.threads == 1
        machine.cost = {2: 0.01, 1: 0.02}  # whatever happens meanwhile
        machine.others = machine.later = 0.0
        monkeypatch.setattr(patch_choice, "products_by_patches", lambda seen, dtype: [])
        second, other = planned(), planned(width=4)
        assert (second.threads, second.kernels) == (1, first.kernels)
        assert (other.threads, other.reason) == (1, "1 thread, as the runs to compare with")
        asked = Plan.choose("cpu", "fp32", threads=2)
        assert planned(asked, width=4).threads == 2
        with alike() as inner:
            assert inner is siblings()
            assert planned(width=4).threads == 1
    assert planned(width=4).threads == 2
    with alike(3):
        assert siblings().join(plan).threads == 3


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
    facts = FACTS | {"kernels": {}, "memory": 123 << 20}
    monkeypatch.setattr(tuning, "_measure", lambda *_: facts)
    dry_run(recipe, "digits", batch=64, **budget)
    said = capsys.readouterr().out
    assert told in said
    assert "about 123 MB" in said


def test_a_run_by_patches_stores_its_plan_and_resumes_exactly(tmp_path, monkeypatch):
    kernels = {"critic.body.down0": ["down", "up", "match"]}
    every = FACTS | {"kernels": kernels}
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


def test_the_longer_stage_is_measured(machine, monkeypatch):
    """What pre-trains with one player plays with two afterwards."""
    one = prepared(width=4)
    assert one.data is not None
    monkeypatch.setattr(
        one.experiment.family, "turns", lambda progress: ("g",) if progress.fraction < 1 else ("d", "g")
    )
    played = []
    monkeypatch.setattr(
        tuning.Stepper, "step", lambda self, progress: played.append(self.family.turns(progress))
    )
    tuned(Plan("cpu", "fp32", 2), one)
    assert set(played) == {("d", "g")}
