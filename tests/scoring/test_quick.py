"""Quick scores: what they may cost, where they are kept, and that a run is never lost to them."""

import json
import signal
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch  # noqa: F401 - loaded before the clock of a test runs

import saddlepoint as sp
from saddlepoint.cli import main
from saddlepoint.core import waiting
from saddlepoint.core.kinds import kinds
from saddlepoint.core.protocol import Progress
from saddlepoint.data import load
from saddlepoint.evaluate import cheap
from saddlepoint.scoring import quick as quick_scores
from saddlepoint.scoring.quick import Limited, QuickScores, Stopped, TooSlow
from saddlepoint.training import screen as terminal
from saddlepoint.training.run import Run
from saddlepoint.training.scores import behind

RING = ["train", "mlp_gan", "--data", "ring8", "--batch", "32", "--log-every", "4"]


@pytest.fixture(autouse=True)
def workplace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test turns."""
    now = [0.0]
    for module in (quick_scores, waiting):
        monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def test_work_that_will_take_too_long_is_ended_early(clock):
    heard = []
    limited = Limited(lambda *call: heard.append(call), seconds=30)
    limited("training", 0, 1000)
    clock[0] = 1.0
    limited("training", 5, 1000)  # 199 s are left, but one second tells little
    clock[0] = 3.0
    with pytest.raises(TooSlow, match="training would take about 3 min 08 s"):
        limited("training", 16, 1000)
    assert heard == [("training", 0, 1000), ("training", 5, 1000)]


def test_several_kinds_of_work_share_the_limit(clock):
    limited = Limited(lambda *call: None, seconds=30)
    limited("training", 0, 10)
    clock[0] = 20.0
    limited("training", 10, 10)
    limited("encoding", 0, 10)
    clock[0] = 24.0
    limited("encoding", 5, 10)  # 4 s of 8, and 20 before
    clock[0] = 31.0
    with pytest.raises(TooSlow, match="encoding would take about 31 s"):
        limited("encoding", 10, 10)


def test_nobody_waits_for_what_is_not_wanted():
    with pytest.raises(Stopped):
        Limited(lambda *call: None, 30, stop=lambda: True)("training", 0, 10)


@pytest.fixture
def usual(monkeypatch):
    """The time that scores of a short run may take, which other tests are more generous with."""
    monkeypatch.setattr(quick_scores, "LEAST", 30.0)


def test_a_tenth_of_a_long_training_may_go_to_scores(usual):
    data = load("ring8")
    assert QuickScores(data, 0.0).limit == 30
    assert QuickScores(data, 3600.0).limit == 360


def test_scores_go_on_with_what_they_began_with():
    rows = [{"step": 4, "encoder": "patches-0123", "samples": 300}, {"step": 8}]
    scores = QuickScores(load("digits"), rows=rows)
    assert (scores.name, scores.samples) == ("patches", 300)


def sampler(data, clock, each):
    """Return what draws training points, and takes ``each`` seconds for one by the clock of the test."""

    def draw(n):
        clock[0] += n * each
        return data.train.array[:n]

    return draw


@pytest.mark.parametrize(
    ("each", "samples"), [(0.0029, 2000), (0.0031, 1000), (0.02, 250), (0.03, 64), (1.0, 64)]
)
def test_where_sampling_is_slow_fewer_samples_are_scored_and_the_card_says_so(clock, usual, each, samples):
    """What used to happen: no score, after a judge was trained for it."""
    data = load("ring8")
    scores = QuickScores(data)
    draw = sampler(data, clock, each)
    told, why = scores.expected(draw)
    assert told == pytest.approx(quick_scores.METRICS + samples * each)
    assert why == ("" if samples == 2000 else f"of {samples:,} samples only")
    clock[0] = 0.0
    card = scores.card(draw, lambda *call: None)
    assert (card.samples, card.reference["training"]) == (samples, 5 * samples)
    few = f"Only {samples:,} samples were drawn, not 2,000: scores may take 30 s here."
    assert (few in card.notes) == (samples < 2000)
    assert clock[0] == pytest.approx((64 if samples == 64 else 64 + samples) * each)


def test_a_judge_may_take_what_samples_leave(usual, monkeypatch):
    data = load("digits")
    monkeypatch.setattr(quick_scores.judge, "is_trained", lambda _: False)
    monkeypatch.setattr(quick_scores.judge, "cost", lambda _: (15.0, 0.001))
    monkeypatch.setattr(quick_scores.patches, "cost", lambda _: (1.0, 0.001))
    scores = QuickScores(data)
    assert scores._cost(each=0.1) == (15.0, 0.001, "a judge of these classes is trained once")
    why = "with patches, since training a judge would take 15 s or more"
    assert scores._cost(each=0.3) == (1.0, 0.001, why)


def test_a_resumed_run_says_too_that_patches_are_compared():
    rows = [{"step": 4, "encoder": "patches-0123", "samples": 300}]
    data = load("digits")
    again = QuickScores(data, rows=rows)._encoder(Limited(lambda *call: None, 30), 0.0)
    assert again.name == "patches"
    assert again.warning.startswith("Patches are compared, as before in this run;")
    plain = QuickScores(replace(data, classes=()), rows=rows)._encoder(Limited(lambda *call: None, 30), 0.0)
    assert not plain.warning


def test_training_keeps_its_scores(capsys):
    """The line that is printed is the card, the last row of the curves and what TensorBoard shows."""
    assert main([*RING, "--steps", "10", "--out", "run"]) == 0
    printed = capsys.readouterr().out
    run = sp.load("run")
    card = json.loads((run.path / "card.json").read_text())
    assert card["quick"] is True
    assert card["origin"] == run.origin
    expected = cheap(run.data(), run.sample)
    assert expected.line() in printed
    assert (run.path / "card.md").read_text().startswith("# Quick score card")
    last = run.curves()[-1]
    assert last["step"] == 10
    assert last["frechet"] == card["figures"]["frechet"]["value"] == expected["frechet"].value
    assert last["modes"] == card["figures"]["modes"]["value"]
    assert last["encoder"] == f"points-{card['encoder']['hash']}"
    assert last["samples"] == card["samples"] == 2000
    assert "d/adversarial" in last
    assert len(run.curves()) == 3, "one row a tick, and none more for the scores"
    whole = sp.score(run, samples=100, metrics=("frechet",), quiet=True)
    assert json.loads((run.path / "card.json").read_text())["quick"] is False
    assert whole.samples == 100, "a card that was asked for takes the place of a quick one, whatever its size"


@pytest.fixture
def heard():
    """Let Ctrl-C be heard, which the shell lets a process in the background ignore from its start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard")
def test_ctrl_c_skips_the_score_and_keeps_the_run(capsys, monkeypatch):
    sample = Run.sample

    def interrupted(self, *settings, **more):
        signal.raise_signal(signal.SIGINT)
        return sample(self, *settings, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Run, "sample", interrupted)
        assert main([*RING, "--steps", "4", "--out", "run"]) == 0
    printed = capsys.readouterr().out
    assert "skipped; for a card:  saddle evaluate run" in printed
    assert sp.load("run").step == 4
    assert (sp.load("run").path / "samples.png").exists()
    assert not (sp.load("run").path / "card.json").exists()


def test_a_score_that_costs_too_much_is_left_out(capsys, monkeypatch):
    monkeypatch.setattr(quick_scores, "LEAST", 0.0)
    monkeypatch.setattr(quick_scores, "SHARE", 0.0)
    assert main([*RING, "--steps", "4", "--out", "run"]) == 0
    assert "for a card:  saddle evaluate run" in capsys.readouterr().out
    assert sp.load("run").step == 4


@pytest.mark.parametrize(("count", "said"), [(1, "has 1 training image, and 10"), (12, "are equal, so there")])
def test_a_set_that_nothing_can_be_measured_of_is_trained_on_and_the_plan_says_so(
    workplace, capsys, count, said
):
    """No judge or patches are learned for it, and no time is announced."""
    np.save(workplace / "few.npy", np.full((count + 1, 8, 8), 200, np.uint8)[1:, None])
    assert (
        main(["train", "--data", "few.npy", "--steps", "2", "--width", "4", "--batch", "2", "--out", "run"])
        == 0
    )
    printed = " ".join(capsys.readouterr().out.split())
    assert "scores none: " in printed
    assert printed.count(said) == 2, "in the plan, and at the end"
    assert "patches" not in printed
    assert (" 1 training image, 8×8 grey" in printed) == (count == 1)
    assert sp.load("run").step == 2


def test_a_better_score_that_lies_behind_is_named(capsys):
    settings: dict = {"steps": 8, "batch": 32, "log_every": 4, "evaluate_every": 4, "out": "run"}
    run = sp.train("mlp_gan", "ring8", **settings)
    rows = run.curves()
    run.folder.replace_last_row(rows[-1] | {"frechet": 1e6})
    assert run.curves()[-1]["frechet"] == 1e6
    assert run.curves()[:-1] == rows[:-1]
    capsys.readouterr()
    card = json.loads((run.path / "card.json").read_text())
    low = rows[0]["frechet"] + 1
    card["figures"]["frechet"] |= {"value": low + 1, "low": low}
    (run.path / "card.json").write_text(json.dumps(card))
    assert "at step 4 was better; --best frechet keeps such a checkpoint" in behind(run)
    card["figures"]["frechet"]["low"] = rows[0]["frechet"] - 1e-9
    (run.path / "card.json").write_text(json.dumps(card))
    assert behind(run) == "", "within what other samples would change"


def told(fraction, seconds, images) -> Any:
    """Return as much of a trainer as a display reads."""
    batches = SimpleNamespace(kind=kinds.get("images"))
    progress = Progress(1, images, 0.0, fraction)
    return SimpleNamespace(progress=progress, seconds=seconds, done=1, batches=batches)


def test_a_score_older_than_a_tenth_of_the_run_is_not_shown():
    display = terminal.Screen(quiet=True).bar()
    display.stepped(told(0.10, 10, 100))
    display.ticked(told(0.10, 10, 100), {"step": 5, "frechet": 7.0})
    assert "FD 7.00 at step 5" in display.status()
    display.stepped(told(0.20, 20, 200))
    assert "FD 7.00 at step 5" in display.status()
    display.stepped(told(0.21, 21, 210))
    assert "FD" not in display.status()


def test_time_left_agrees_with_the_share_that_is_done(clock):
    """Seconds that scores took on the way are none of training."""
    display = terminal.Screen(quiet=True).bar()
    display.stepped(told(0.0, 0, 0))
    clock[0] = 1000.0
    display.stepped(told(0.25, 30, 300))
    assert "10 images/s  1 min 30 s left" in display.status()
