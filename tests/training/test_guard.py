"""A guarded run goes back to where it was healthy, and a kill changes nothing of that."""

import dataclasses
import json
import math
import multiprocessing
import shutil
import signal

import pytest

import saddlepoint as sp
from saddlepoint.cli import main
from saddlepoint.core.errors import DamagedError, TrainingError, UserError
from saddlepoint.core.experiment import Optimizer
from saddlepoint.core.protocol import START
from saddlepoint.core.run_folder import RunFolder
from saddlepoint.diagnosing.finding import Condition, Evidence, Finding, conditions
from saddlepoint.runs.prepare import prepare
from saddlepoint.training.guard import LOOKS, Guard, _slowed
from tests.trained import assert_same, train_until_killed

STEPS = 2 * LOOKS
SETTINGS: dict = {
    **{"data": "ring8", "steps": STEPS, "batch": 16, "width": 8, "threads": 1, "kernels": "library"},
    **{"log_every": 3, "checkpoint_every": 0.2, "grids": 1, "quiet": True, "card": False},
}
HOT: dict = {"lr": 0.5}  # r3gan's own is 2e-4
ACTS = 2


def acts(run):
    return run.folder.read_guard()


@pytest.fixture(scope="module")
def hot(tmp_path_factory):
    """A guarded run with a rate that is far too high."""
    return sp.train("r3gan", out=tmp_path_factory.mktemp("runs") / "hot", guard=ACTS, **SETTINGS, **HOT)


def test_a_rate_that_is_too_high_is_lowered_at_most_so_many_times(hot):
    first, second = acts(hot)
    assert {first["condition"], second["condition"]} <= {"rate-too-high", "diverged"}
    assert first["change"] == {"lr_d": [0.5, 0.25], "lr_g": [0.5, 0.25]}
    assert first["back"] == second["back"] == 0
    for old, new in second["change"].values():
        assert (old, new) == (0.25, 0.0625)
    assert hot.step == STEPS
    assert [row["step"] for row in hot.curves()] == [*range(3, STEPS, 3), STEPS]


def test_it_is_told_by_the_doctor(hot, capsys):
    assert main(["doctor", str(hot.path)]) == 0
    assert f"its guard: {acts(hot)[0]['told']}" in capsys.readouterr().out
    assert "back to step 0 with lr_d 0.5 → 0.25 and lr_g 0.5 → 0.25" in acts(hot)[0]["told"]
    assert sp.doctor(hot).to_json()["guarded"] == [act["told"] for act in acts(hot)]


ACT = {
    "step": 8,
    "condition": "diverged",
    "back": 0,
    "change": {"lr_d": [1.0, 0.5]},
    "told": "t",
    "seconds": 0.5,
}


@pytest.mark.parametrize(
    "noted",
    [
        5,
        ["act"],
        *([{**ACT, **other}] for other in ({"back": "x"}, {"step": -1}, {"told": None}, {"seconds": math.inf})),
        *([{**ACT, "change": change}] for change in ([], {"lr_d": 1.0}, {"lr_d": [0, 1]}, {"lr_d": [1, True]})),
    ],
    ids=str,
)
def test_a_note_that_no_guard_wrote_is_refused(tmp_path, noted):
    folder = RunFolder(tmp_path)
    folder.write_guard([ACT])
    assert folder.read_guard() == [ACT]
    (tmp_path / "guard.json").write_text(json.dumps({"version": 1, "acts": noted}))
    with pytest.raises(DamagedError, match=r"guard\.json is damaged"):
        folder.read_guard()


def test_a_note_about_another_game_is_refused(tmp_path):
    other = RunFolder(tmp_path)
    other.write_guard([{**ACT, "change": {"lr_zz": [1.0, 0.5]}}])
    prepared = prepare("r3gan", "ring8", flags={"width": 8})
    with pytest.raises(UserError, match="changes lr_zz, which this game does not have"):
        Guard(prepared, other, ACTS)


KEPT = {"acts": ACTS, "healthy": 0, "suspect": ""}


@pytest.mark.parametrize(
    "kept",
    [
        5,
        {"guard": [2]},
        *({"guard": {**KEPT, **other}} for other in ({"acts": "x"}, {"healthy": -1}, {"suspect": None})),
        {"guard": {**KEPT, "acts": ACTS + 1}},
        {"guard": KEPT},
    ],
    ids=str,
)
def test_a_checkpoint_that_keeps_what_no_guard_wrote_is_refused(hot, tmp_path, kept):
    folder = RunFolder(shutil.copytree(hot.path, tmp_path / "run"))
    newest = folder.latest()
    values = json.loads((newest.path / "state.json").read_text())
    (newest.path / "state.json").write_text(json.dumps({**values, "kept": kept}))
    (
        newest.path / "SHA256SUMS"
    ).unlink()  # as the first checkpoints had none, nothing tells that it was changed
    guard = Guard(prepare("r3gan", "ring8", flags={"width": 8}), folder, ACTS)
    if kept == {"guard": KEPT}:
        assert guard.experiment().optimizers["g"].lr == pytest.approx(1e-3 / 8)
        return
    with pytest.raises(DamagedError, match=r"is not as a guard writes it|guard\.json of .* lacks acts"):
        guard.experiment()


@pytest.mark.parametrize("moment", [3, 7])
def test_a_guarded_run_that_is_killed_ends_with_the_same_bits(hot, tmp_path, moment):
    killed = tmp_path / "killed"
    context = multiprocessing.get_context("forkserver")
    arguments = (killed, "r3gan", SETTINGS | HOT | {"guard": ACTS}, moment, 0.0)
    process = context.Process(target=train_until_killed, args=arguments)
    process.start()
    process.join(300)
    assert process.exitcode == -signal.SIGKILL
    resumed = sp.resume(killed, quiet=True)
    assert_same(hot, resumed)
    assert [act["told"] for act in acts(resumed)] == [act["told"] for act in acts(hot)]


def test_checkpoints_of_a_way_that_was_given_up_are_not_gone_on_from(hot, tmp_path):
    """As a kill between the note of an act and their removal leaves them."""

    class Noted(Exception):  # noqa: N818
        pass

    class Broken(RunFolder):
        def remove_checkpoints(self, after):
            raise Noted

    out = tmp_path / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RunFolder, "remove_checkpoints", Broken.remove_checkpoints)
        with pytest.raises(Noted):
            sp.train("r3gan", out=out, guard=ACTS, **SETTINGS | {"checkpoint_every": 0.0}, **HOT)
    assert len(RunFolder(out).read_guard()) == 1
    assert RunFolder(out).latest().step > 0
    assert_same(hot, sp.resume(out, quiet=True))


def test_a_run_that_stays_healthy_keeps_its_bits(tmp_path):
    """Looks, and checkpoints of healthy ones, change none; ``look`` finds nothing here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("saddlepoint.training.guard.look", lambda signals, also: [])
        guarded = sp.train("r3gan", out=tmp_path / "guarded", guard=3, **SETTINGS)
    alone = sp.train("r3gan", out=tmp_path / "alone", **SETTINGS)
    assert_same(guarded, alone)
    assert acts(guarded) == []
    assert not (guarded.path / "guard.json").exists()


def sick_after(monkeypatch, name, step, **finding):
    """Let a live condition be found from a step on."""

    def found(signals):
        seen = Finding("seen", 0.9, (Evidence("it", 1.0, 0.5),), "why", **finding)
        return seen if signals.step > step else None

    monkeypatch.setattr(conditions, "items", lambda: [(name, Condition(name, (), found, live=True))])


@pytest.mark.parametrize(
    ("name", "recipe", "change"),
    [
        ("critic-overpowers", {}, {"penalty": [1.0, 2.0]}),
        ("mode-collapse", {}, {"lr_g": [2e-4, 1e-4]}),
        ("critic-overpowers", {"gamma": 0.0}, {"lr_d": [2e-4, 1e-4]}),
        ("player-stopped", {}, None),
    ],
)
def test_one_thing_is_changed_that_the_finding_asks_for_from_the_last_healthy_look_on(
    tmp_path, monkeypatch, name, recipe, change
):
    sick_after(monkeypatch, name, STEPS // 2)
    run = sp.train("r3gan", out=tmp_path / "run", guard=1, lr=2e-4, **SETTINGS, **recipe)
    assert [act["change"] for act in acts(run)] == [change] * (change is not None)
    assert [act["back"] for act in acts(run)] == [STEPS // 2] * (change is not None)


def test_a_finding_that_one_look_alone_has_is_no_reason_to_go_back(tmp_path, monkeypatch):
    sick_after(monkeypatch, "mode-collapse", STEPS - 2)  # of the last look
    assert not acts(sp.train("r3gan", out=tmp_path / "run", guard=1, **SETTINGS))


def test_a_loss_that_is_no_number_goes_back_and_ends_a_run_without_acts_left(tmp_path):
    settings = {**SETTINGS, "data": "digits", "lr_g": 1e30}
    settings.pop("width")
    with pytest.raises(TrainingError, match=r"became|not finite"):
        sp.train("mlp_gan", out=tmp_path / "run", guard=2, **settings)
    assert [act["condition"] for act in RunFolder(tmp_path / "run").read_guard()] == ["diverged"] * 2


def test_a_schedule_is_scaled_with_its_rate():
    slowed = _slowed(Optimizer(lr=1.0, schedules={"lr": lambda progress: 0.5 + progress.fraction}), 0.25)
    assert slowed.lr == 0.25
    assert slowed.schedules["lr"](START._replace(fraction=0.5)) == 0.25
    assert dataclasses.replace(slowed, lr=1.0, schedules={}) == Optimizer(lr=1.0)


def test_the_command_takes_a_number_or_none(tmp_path, capsys):
    train = ["train", "mlp_gan", "--steps", "2", "--batch", "8", "--no-card", "--quiet", "--threads", "1"]
    for asked, want in ((["--guard"], 3), (["--guard", "5"], 5), ([], 0)):
        out = tmp_path / f"run{want}"
        assert main([*train, "--out", str(out), *asked]) == 0
        assert json.loads((out / "config.json").read_text())["habits"]["guard"] == want
    assert main([*train, "--guard", "-1"]) == 2
    assert "--guard must be a whole number of at least 0, got -1" in capsys.readouterr().err
    assert math.isfinite(sp.load(out).curves()[-1]["g/adversarial"])
