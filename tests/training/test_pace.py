"""A run that becomes slow says so once, by a clock and a load of the test's own."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from saddlepoint.compute.plan import Plan
from saddlepoint.core import load
from saddlepoint.core.kinds import kinds
from saddlepoint.training import pace
from saddlepoint.training.pace import PATIENCE, WINDOW, Pace


class Run:
    """A trainer whose windows are told their speed in images a second and what others take."""

    def __init__(self, monkeypatch, **plan):
        monkeypatch.setattr(load, "cores", lambda: 4)
        usual = Plan("cpu", "fp32", 4, step_seconds=0.064, others=0.0)  # 1,000 images/s
        self.plan = replace(usual, **plan)
        self.seconds, self.batches = 0.0, SimpleNamespace(drawn=0, kind=kinds.get("images"))
        self.stepper = SimpleNamespace(plan=self.plan)
        self.experiment = None
        monkeypatch.setattr(pace, "images_drawn", lambda experiment: 64)
        self.folder = SimpleNamespace(path=Path("runs/one"))
        self.taken: float | None = 0.0
        self.said: list[str] = []
        self.pace = Pace(self.said.append, lambda: SimpleNamespace(others=lambda: self.taken))
        self.pace.stepped(self)  # pyright: ignore[reportArgumentType]

    def windows(self, count: int, speed: float, others: float | None = 0.0) -> list[str]:
        self.taken = others
        for _ in range(count * 4):
            self.seconds += WINDOW / 4
            self.batches.drawn += speed * WINDOW / 4
            self.pace.stepped(self)  # pyright: ignore[reportArgumentType]
        return self.said


def test_a_run_far_below_its_plan_says_so_once(monkeypatch):
    run = Run(monkeypatch)
    assert not run.windows(PATIENCE - 1, 400, others=1.9)
    (line,) = run.windows(1, 400, others=1.9)
    assert line == (
        "400 images/s for 12 s, 1,000 planned: others take 1.9 of 4 cores; fewer threads wait less: stop "
        "(Ctrl-C), then: saddle resume runs/one --threads 2; its samples are then no longer those of 4 threads"
    )
    assert run.windows(20, 100, others=2.0) == [line]


@pytest.mark.parametrize(
    ("speed", "others", "plan"),
    [
        (520, 1.9, {}),  # not far below
        (400, 0.1, {}),  # nobody is to blame: another number of threads would not help
        (400, 1.9, {"threads": 1}),  # there are no fewer
    ],
)
def test_it_says_nothing_where_fewer_threads_would_not_help(monkeypatch, speed, others, plan):
    assert not Run(monkeypatch, **plan).windows(20, speed, others)


def test_a_pause_of_the_neighbour_starts_the_count_anew(monkeypatch):
    run = Run(monkeypatch)
    for _ in range(5):
        run.windows(PATIENCE - 1, 400, others=1.9)
        run.windows(1, 900, others=0.0)
    assert not run.said


def test_where_nothing_was_planned_or_known_the_first_window_is_the_measure(monkeypatch):
    run = Run(monkeypatch, step_seconds=None)
    run.windows(1, 800)
    (line,) = run.windows(PATIENCE, 300, others=None)
    assert line.startswith("300 images/s for 12 s, 800 before; fewer threads wait less")
    assert "--threads 3;" in line


def test_cores_that_become_free_are_named(monkeypatch):
    run = Run(monkeypatch, threads=1, others=3.0)
    run.windows(3, 1000, others=3.0)
    assert not run.said
    (line,) = run.windows(PATIENCE, 1000, others=0.1)
    assert "the cores are free now" in line
    assert "saddle resume runs/one --threads auto" in line
    assert not Run(monkeypatch, threads=1, others=3.0, threads_given=True).windows(20, 1000)
    assert not Run(monkeypatch, threads=1, others=0.0).windows(20, 1000)  # one thread is what is best when idle


def test_other_devices_have_no_threads(monkeypatch):
    run = Run(monkeypatch)
    run.stepper.plan = Plan("mps", "fp32", 4)
    assert not run.windows(20, 10, others=3.0)
