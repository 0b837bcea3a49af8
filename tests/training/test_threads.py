"""Threads as users meet them: resumed with others, in seeds, in comparisons and in claims."""

import pytest
import torch

import saddlepoint as sp
from saddlepoint.claims.stored_verdicts import unlike
from saddlepoint.claims.trial import threads_of
from saddlepoint.comparing.configurations import computed
from saddlepoint.compute import patch_choice, thread_count
from saddlepoint.compute.plan import Plan
from saddlepoint.core import load
from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Budget
from saddlepoint.runs.prepare import prepare
from saddlepoint.training import tuning

TINY = {"width": 4, "batch": 8, "log_every": 2, "card": False, "quiet": True, "precision": "fp32"}


@pytest.fixture
def busy(tmp_path, monkeypatch):
    """A machine of two cores that others take, and what a step costs there by threads."""
    cost = {2: 0.2, 1: 0.1}
    monkeypatch.setenv("SADDLE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SADDLE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setattr("saddlepoint.training.training.tune", tuning.tune)  # which other tests leave out
    monkeypatch.setattr(load, "cores", lambda: 2)
    monkeypatch.setattr(load, "others", lambda: 2.0)
    monkeypatch.setattr(load.Meter, "others", lambda self: 2.0)
    monkeypatch.setattr(thread_count, "mean_time", lambda *_: cost[torch.get_num_threads()])
    monkeypatch.setattr(tuning, "_timed", lambda step: step() or 0.01)
    monkeypatch.setattr(patch_choice, "products_by_patches", lambda seen, dtype: [])
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield cost
    assert torch.get_num_threads() == 2  # a plan is the run's, not the process's
    torch.set_num_threads(before)


def test_a_run_goes_on_with_other_threads(busy):
    run = sp.train(steps=2, threads=2, **TINY)
    assert computed(run.config) == "2 threads, fp32"
    assert "fewer threads may be faster than the 2 asked for" in run.config["plan"]["reason"]
    run = sp.resume(run.path, steps=4, threads="auto", quiet=True)
    assert run.step == 4
    assert computed(run.config) == "2 threads until step 2, then 1 thread, fp32"
    assert run.config["plan"]["reason"].startswith("1 of 2 threads: others take 2.0 of 2 cores, measured 80")
    plan = Plan.from_json(run.config["plan"])
    one = prepare("dcgan", "digits", flags={"width": 4})
    assert one.data is not None
    train = one.data.train

    def asked(count, plan=plan):
        return tuning.rethreaded(plan, one.experiment, train, Budget(steps=9), count)

    assert (asked(2).threads, asked(2).threads_given, asked(2).precision) == (2, True, "fp32")
    with pytest.raises(UserError, match="--threads must be at least 1"):
        asked(0)
    with pytest.raises(UserError, match="runs on the CPU"):
        asked(2, Plan("mps", "fp32", 1))


def test_seeds_share_the_first_ones_threads(busy):
    runs = sp.train_seeds(2, steps=2, watchers=(Turncoat(busy),), **TINY)
    assert [run.config["plan"]["threads"] for run in runs] == [1, 1]


class Turncoat(sp.Watcher):
    """Makes two threads the faster ones as soon as a run trains."""

    def __init__(self, cost):
        self.cost = cost

    def stepped(self, trainer):
        self.cost[2] = 0.01


def test_trials_of_other_threads_are_named(monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    same = {"seed": 0, "versions": {"torch": "2.13.0"}}
    old = same | {"machine": "CPU, 2 threads"}
    one = same | {"machine": "CPU, 1 thread", "threads": 1, "precision": "fp32"}
    two = same | {"machine": "CPU, 2 threads", "threads": 2, "precision": "bf16"}
    many = {"machine": "CPU, 8 threads", "threads": 8, "precision": "bf16"}
    assert threads_of([old, one, two]) == 1
    assert threads_of([many]) is None  # another machine's
    assert threads_of([old]) is None
    assert unlike([old, one, one]) == ""
    assert unlike([one, two, two]) == (
        " The trials were not computed alike: CPU, 1 thread, fp32; CPU, 2 threads, bf16."
    )
