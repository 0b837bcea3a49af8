"""What people are told while they wait."""

import io
import time

import pytest
from rich.console import Console

from saddlepoint.core import waiting
from saddlepoint.core.waiting import Waiting
from saddlepoint.core.words import clock


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(waiting, "FIRST", 0.01)
    monkeypatch.setattr(waiting, "EVERY", 0.01)


def written(what, *calls, **console):
    stream = io.StringIO()
    with Waiting(Console(file=stream, **console), what) as report:
        for call in calls:
            report(*call)
        while not (console.get("quiet") or calls[-1][0] in stream.getvalue()):  # another thread writes
            time.sleep(0.01)
    return stream.getvalue()


@pytest.mark.parametrize("terminal", [True, False])
def test_long_work_says_how_far_it_is(quick, terminal):
    text = written("reading", ("training", 1, 4), force_terminal=terminal, width=100)
    assert "training" in text
    if not terminal:
        assert text.startswith("  training: 25%, ")
        assert " left\n" in text


def test_short_work_and_quiet_work_say_nothing(quick, monkeypatch):
    assert written("reading", quiet=True) == ""
    monkeypatch.setattr(waiting, "FIRST", 1e6)
    stream = io.StringIO()
    with Waiting(Console(file=stream), "reading"):
        pass
    assert stream.getvalue() == ""


def test_the_time_left_is_of_the_part_that_is_done(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(waiting.time, "monotonic", lambda: now[0])
    report = Waiting(Console(quiet=True), "reading")
    now[0] = 5.0
    assert report.status() == "5 s so far"
    report("training", 0, 10)
    assert report.status() == ""
    now[0] = 8.0
    report("training", 2, 10)
    assert report.status() == "20%, 12 s left"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")],
)
def test_durations_as_people_write_them(seconds, text):
    assert clock(seconds) == text


def test_names_are_shown_as_they_are(quick):
    assert "  reading a[/url].png: " in written("", ("reading a[/url].png", 1, 4))
    stream = io.StringIO()
    Waiting(Console(file=stream)).say("left out gone.html[/url]")
    assert stream.getvalue() == "left out gone.html[/url]\n"
