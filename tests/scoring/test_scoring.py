"""Scoring from the command line and from Python: runs, arrays and folders."""

import json
import math
import os
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import saddlepoint as sp
from saddlepoint.cli import main
from saddlepoint.core.checkpoint import Checkpoint
from saddlepoint.core.experiment import Budget
from saddlepoint.core.run_folder import newest_run
from saddlepoint.data import load
from saddlepoint.runs.prepare import prepare
from saddlepoint.scoring import scoring
from saddlepoint.training import running
from saddlepoint.training.scores import EVALUATIONS, default_evaluate_every
from tests.trained import assert_same


@pytest.fixture(autouse=True)
def workplace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    out = tmp_path_factory.mktemp("scored") / "run"
    return sp.train("dcgan", "digits", steps=4, batch=8, width=4, out=out, quiet=True)


def test_a_runs_card_is_saved_and_repeats(trained, capsys):
    weights = trained.folder.latest().weights_hash
    assert main(["evaluate", str(trained.path), "--samples", "500", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((trained.path / "card.json").read_text())
    again = sp.score(trained, samples=500, quiet=True).to_json()
    assert json.loads(json.dumps(again)) == printed
    figure = printed["figures"]["frechet"]
    assert {"value", "low", "high", "samples", "real", "encoder"} <= set(figure)
    assert figure["value"] > 10 * figure["real"]
    assert trained.folder.latest().weights_hash == weights


def test_the_card_has_pictures_that_fit_it(trained):
    weights = trained.folder.latest().weights_hash
    card = sp.score(trained, samples=100, metrics=("frechet", "class_histogram"), quiet=True)
    assert card.origin == {"run": trained.path.name, "step": 4, "weights": weights}
    pictures = {path.name for path in trained.folder.card_pictures()}
    assert pictures == {"card-classes.png", "card-neighbours.png", "card-features.png"}
    for path in trained.folder.card_pictures():
        with Image.open(path) as picture:
            assert min(picture.size) > 300
            assert picture.info["weights"] == weights


def test_the_newest_run_is_told_of_the_card_that_it_got(workplace, capsys, monkeypatch):
    first = sp.train("dcgan", "digits", steps=2, batch=8, width=4, quiet=True)
    score = scoring.score

    def scored_while_another_run_starts(*given, **settings):
        card = score(*given, **settings)
        shutil.copytree(first.path, "runs/later")
        Path("runs/later/config.json").touch()
        return card

    monkeypatch.setattr(scoring, "score", scored_while_another_run_starts)
    assert main(["evaluate", "--samples", "100", "--metrics", "frechet"]) == 0
    assert newest_run().path == Path("runs/later")
    assert f"the card of this run is {first.path / 'card.md'}" in capsys.readouterr().out


def test_a_smaller_card_takes_nothing_from_a_larger_one(workplace, capsys):
    run = sp.train("dcgan", "digits", steps=2, batch=8, width=4, out="run", quiet=True)
    sp.score(run, samples=200, quiet=True)
    whole = json.loads((run.path / "card.json").read_text())
    sp.score(run, samples=200, metrics=("frechet",), quiet=True)  # the same samples again
    again = json.loads((run.path / "card.json").read_text())
    assert again["figures"].keys() == whole["figures"].keys()
    assert main(["evaluate", "run", "--samples", "100"]) == 0
    assert "the card in the run's folder stays" in capsys.readouterr().err
    assert json.loads((run.path / "card.json").read_text()) == again
    assert (run.path / "card-classes.png").exists()
    sp.resume(run.path, steps=3, quiet=True)  # other weights
    sp.score("run", samples=100, metrics=("frechet",), quiet=True)
    assert json.loads((run.path / "card.json").read_text())["figures"].keys() == {"frechet"}
    assert not (run.path / "card-classes.png").exists(), "no picture of another card"


def test_a_checkpoint_stands_for_its_run(workplace, capsys):
    settings: dict = {"steps": 4, "batch": 8, "width": 4, "quiet": True, "checkpoint_every": 0, "keep": 9}
    run = sp.train("dcgan", "digits", out="runs/some", **settings)
    early = run.path / "checkpoints" / "step-000000002"
    assert sp.load(early).step == 2
    assert sp.load("some").step == 4  # by its name under runs/
    assert not np.array_equal(sp.load(early).sample(4), run.sample(4))
    card = sp.score(early, samples=100, metrics=("frechet",), quiet=True)
    assert card.origin["step"] == 2
    assert not (run.path / "card.json").exists()
    first = sp.train("dcgan", "digits", init=early, out="next", **settings)
    start, given = (
        one.values()["hashes"]["weights"] for one in (first.folder.checkpoints()[0], Checkpoint(early))
    )
    assert start == given
    assert main(["resume", str(early)]) == 2
    assert "goes on from its newest checkpoint" in capsys.readouterr().err


def test_a_judge_that_guesses_is_not_asked(workplace):
    """Labels without meaning cannot be learned, and its features would praise anything."""
    rng = np.random.default_rng(0)
    for label in "abc":
        (workplace / "data" / label).mkdir(parents=True)
        for index in range(30):
            pixels = rng.integers(0, 256, (16, 16, 3), np.uint8)
            Image.fromarray(pixels).save(workplace / "data" / label / f"{label}{index}.png")
    card = sp.score(rng.integers(0, 256, (100, 16, 16, 3), np.uint8), against="data", quiet=True)
    assert card.encoder["name"] == "patches"
    assert "no" not in card.encoder["note"]
    assert "which guessing might do as well" in card.notes[0]
    assert sp.score(np.zeros((100, 8, 8, 1), np.uint8), against="digits", quiet=True).encoder["name"] == "judge"


def test_points_are_pictured_too(workplace):
    run = sp.train("mlp_gan", "ring8", steps=2, batch=8, out="ring", quiet=True)
    sp.score(run, samples=100, quiet=True)
    assert [path.name for path in run.folder.card_pictures()] == ["card-classes.png", "card-features.png"]


def test_chosen_metrics_as_a_table(trained, capsys):
    assert main(["evaluate", str(trained.path), "--samples", "200", "--metrics", "frechet"]) == 0
    output = capsys.readouterr().out
    assert "frechet" in output
    assert "coverage" not in output


def test_arrays_and_folders_of_other_tools(trained, workplace, capsys):
    digits = load("digits").train
    real, _ = digits.take(np.arange(300))
    np.save("samples.npy", real)
    assert main(["evaluate", "samples.npy", "--against", "digits", "--metrics", "frechet", "--json"]) == 0
    from_file = json.loads(capsys.readouterr().out)["figures"]["frechet"]["value"]
    assert main(["sample", str(trained.path), "-n", "300", "--out", "fakes/"]) == 0
    capsys.readouterr()
    assert main(["evaluate", "fakes", "--against", "digits", "--metrics", "frechet", "--json"]) == 0
    from_folder = json.loads(capsys.readouterr().out)["figures"]["frechet"]["value"]
    assert from_folder > 10 * from_file
    card = sp.score(trained.sample(300), against="digits", metrics=("frechet",), quiet=True)
    assert card["frechet"].value == pytest.approx(from_folder, rel=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["samples.npy"], "no run, so name the data to compare with: --against"),
        (["nothing.npy", "--against", "digits"], "no run, file or folder 'nothing.npy'"),
        (["--metrics", "frechet"], "there is no run under"),
    ],
)
def test_mistakes_get_one_sentence(arguments, message, capsys, workplace):
    np.save(workplace / "samples.npy", np.zeros((50, 8, 8, 1), np.uint8))
    assert main(["evaluate", *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_unknown_metrics_and_unfit_samples(trained, capsys):
    assert main(["evaluate", str(trained.path), "--metrics", "frechett"]) == 2
    assert "did you mean 'frechet'?" in capsys.readouterr().err
    colours = np.random.default_rng(0).integers(0, 256, (50, 8, 8, 3), np.uint8)
    with pytest.raises(sp.UserError, match="the samples are in colour, and 'digits' holds grey images"):
        sp.score(colours, against="digits", quiet=True, metrics=("frechet",))


def test_training_ends_with_a_score(capsys, workplace):
    assert main(["train", "--steps", "2", "--width", "4"]) == 0
    assert "score      FD" in capsys.readouterr().out


class CtrlC(sp.Watcher):
    """Presses Ctrl-C after a step."""

    def __init__(self, step):
        self.step = step

    def stepped(self, trainer):
        if trainer.done == self.step:
            os.kill(os.getpid(), signal.SIGINT)


def test_scores_on_the_way_are_curves_and_change_nothing(workplace):
    settings: dict = {"steps": 8, "batch": 8, "width": 4, "log_every": 2, "quiet": True}
    plain = sp.train("dcgan", "digits", out=workplace / "plain", **settings)
    scored = sp.train("dcgan", "digits", out=workplace / "scored", evaluate_every=3, **settings)
    assert [row["step"] for row in scored.curves() if "frechet" in row] == [4, 6]
    assert all(row["frechet"] > 0 and row["class_kl"] >= 0 for row in scored.curves() if "frechet" in row)
    for part in ("weights", "ema", "state"):
        one, other = (run.folder.latest().tensors(part) for run in (plain, scored))
        assert all(torch.equal(one[name], other[name]) for name in one)
    broken = workplace / "broken"
    with pytest.raises(sp.Interrupted):
        sp.train("dcgan", "digits", out=broken, evaluate_every=3, watchers=(CtrlC(5),), **settings)
    assert_same(scored, sp.resume(broken, quiet=True))


def test_the_best_score_keeps_its_checkpoint(workplace):
    settings: dict = {"steps": 12, "batch": 8, "width": 4, "log_every": 2, "quiet": True, "keep": 1}
    run = sp.train("dcgan", "digits", evaluate_every=4, best="frechet", **settings)
    scores = {row["step"]: row["frechet"] for row in run.curves() if "frechet" in row}
    assert len(scores) == 3
    best = min(scores, key=lambda step: scores[step])
    assert {checkpoint.step for checkpoint in run.folder.checkpoints()} == {best, 12}
    with pytest.raises(sp.UserError, match=r"has no curve 'frechett'.*frechet"):
        sp.train("dcgan", "digits", evaluate_every=4, best="frechett", **settings)


def test_a_score_that_is_no_number_is_never_the_best(workplace, monkeypatch):
    values = iter([math.nan, 5.0, 3.0, 4.0])
    monkeypatch.setattr(running, "evaluation_of", lambda *_: lambda trainer: {"frechet": next(values)})
    settings: dict = {"steps": 8, "batch": 8, "width": 4, "log_every": 2, "quiet": True, "keep": 1}
    run = sp.train("dcgan", "digits", evaluate_every=2, best="frechet", **settings)
    assert {checkpoint.step for checkpoint in run.folder.checkpoints()} == {6, 8}


def test_a_long_run_is_scored_by_default_and_a_short_one_is_not():
    spec = prepare("gan", "digits")
    assert default_evaluate_every(Budget(images=100_000), spec) == 0
    every = default_evaluate_every(Budget(images=6_000_000), spec)
    assert every == 6_000_000 // spec.experiment.batch // EVALUATIONS
    assert default_evaluate_every(Budget(minutes=3), spec) is None


def test_a_run_object_keeps_the_weights_that_it_was_asked_for_first(workplace):
    run = sp.train("dcgan", "digits", steps=2, batch=8, width=4, quiet=True, out=workplace / "run")
    before = run.sample(3)
    origin = run.origin
    later = sp.resume(run.path, steps=4, quiet=True)
    assert np.array_equal(run.sample(3), before)
    assert run.origin == origin
    assert later.origin["step"] == 4
    assert later.origin["weights"] != origin["weights"]
