"""The line on a run's health while it trains."""

from types import SimpleNamespace
from typing import Any

import pytest

import saddlepoint as sp
from saddlepoint.diagnosing.finding import Finding
from saddlepoint.runs.prepare import prepare
from saddlepoint.training import health
from saddlepoint.training.health import Health

SHORT = {"quiet": True, "threads": 1, "card": False, "steps": 6, "log_every": 2}


class Often(sp.Watcher):
    """Looks after every second step."""

    def __init__(self):
        self.health = Health(prepare("r3gan", "ring8"))
        self.shown = [str(self.health)]

    def stepped(self, trainer):
        if trainer.done % 2 == 0:
            self.health.look(trainer)
            self.shown.append(str(self.health))


def test_looking_changes_no_bit_of_a_run_and_is_shown(tmp_path):
    often = Often()
    watched = sp.train("r3gan", "ring8", out=tmp_path / "watched", watchers=(often,), width=8, **SHORT)
    alone = sp.train("r3gan", "ring8", out=tmp_path / "alone", width=8, **SHORT)
    hashes = [run.folder.latest().values()["hashes"] for run in (watched, alone)]
    assert hashes[0] == hashes[1]
    assert often.shown == ["", *["too early to tell"] * 3]
    assert "too-short" in often.health.told(watched.path)


@pytest.mark.parametrize(("seconds", "looks"), [(49.0, 0), (51.0, 1), (99.0, 1), (101.0, 2)])
def test_looks_take_a_fiftieth_of_the_time(monkeypatch, seconds, looks):
    monkeypatch.setattr(health, "ONCE", 1.0)
    monkeypatch.setattr(health, "STEPS", 0)
    told = Health(prepare("r3gan", "ring8"))
    count = 0

    def look(trainer):
        nonlocal count
        count += 1
        told.spent += 1.0

    monkeypatch.setattr(told, "look", look)
    for second in range(int(seconds) + 1):
        trainer: Any = SimpleNamespace(seconds=float(second), done=second)
        told.stepped(trainer)
    assert count == looks


def test_a_look_that_fails_is_told_and_costs_no_run(tmp_path, monkeypatch):
    def broken(signals):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(health, "look", broken)
    often = Often()
    run = sp.train("r3gan", "ring8", out=tmp_path / "run", watchers=(often,), width=8, **SHORT)
    assert run.step == SHORT["steps"]
    assert set(often.shown) == {""}
    assert often.health.told(run.path).startswith("not known, as looking failed (division by zero)")


def test_what_was_found_is_told_with_the_command_for_more():
    told = Health(prepare("r3gan", "ring8"))
    told.found = []
    assert str(told) == "healthy"
    assert told.told("runs/a") == "nothing wrong at a quick look; more:  saddle doctor runs/a"
    told.found = [
        ("mode-collapse", Finding("all alike", 0.934, (), "why")),
        ("diverged", Finding("", 0.6, (), "")),
    ]
    assert str(told) == "mode-collapse (93% sure)"
    assert told.told("runs/a") == "mode-collapse (93% sure), diverged: all alike; more:  saddle doctor runs/a"
