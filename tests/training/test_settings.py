"""What train and resume take is written once: command line, Python and stored runs agree on it."""

import errno
import inspect
from typing import Any

import numpy as np
import pytest

import saddlepoint as sp
from saddlepoint.cli import resume as cli_resume
from saddlepoint.cli import train as cli_train
from saddlepoint.core.docstrings import said_of
from saddlepoint.core.errors import TrainingError, UserError
from saddlepoint.core.experiment import Budget
from saddlepoint.core.flags import arguments
from saddlepoint.engine.turns import images_drawn
from saddlepoint.runs.prepare import prepare
from saddlepoint.training.scores import default_evaluate_every
from saddlepoint.training.settings import PARTS, names, parted
from saddlepoint.training.training import train

OWN = {"help", "seeds", "dry_run"}  # options of the command line alone


def signature(function):
    """Return a function's arguments and their defaults, without those that only Python has."""
    parameters = inspect.signature(function).parameters.values()
    return {p.name: p.default for p in parameters if p.kind is not p.VAR_KEYWORD and p.name != "watchers"}


@pytest.mark.parametrize(("function", "command"), [(sp.train, cli_train), (sp.resume, cli_resume)])
def test_the_command_line_has_the_signature_with_its_defaults_and_help(function, command):
    actions = {action.dest: action for action in command.make_parser()._actions if action.dest not in OWN}
    assert {name: action.default for name, action in actions.items()} == signature(function)
    for name, action in actions.items():
        said = said_of(function, name)
        assert said
        plain = str(action.help).replace("%%", "%").partition(" (default: ")[0]
        assert plain == said.replace("``", "").rstrip("."), name


def test_every_argument_of_train_belongs_to_one_part():
    owned = [name for part in PARTS for name in names(part)]
    assert sorted(owned) == sorted([*signature(train), "flags"])


def test_a_stored_run_has_the_defaults(tmp_path):
    default = signature(train)
    run = train("gan", "ring8", steps=1, quiet=True, kernels="library", out=tmp_path / "run")
    stored = run.config | run.config["habits"] | {n: run.config["data"][n] for n in ("crop", "background")}
    for name in (
        "seed",
        "init",
        "crop",
        "background",
        "log_every",
        "checkpoint_every",
        "keep",
        "best",
        "card",
        "grids",
    ):
        assert stored[name] == default[name], name
    assert stored["evaluate_every"] == 0  # "some on the way" of one step are none


def test_scores_on_the_way_count_the_images_that_a_step_takes():
    prepared = prepare("wgan_gp", "digits", flags={"width": 2, "hidden": 8})
    assert images_drawn(prepared.experiment) == 5 * 64
    assert default_evaluate_every(Budget(images=320 * 4_000), prepared) == 500
    assert default_evaluate_every(Budget(images=320 * 469), prepared) == 469
    assert default_evaluate_every(Budget(images=320 * 400), prepared) == 0


def test_what_describes_the_data_is_not_taken_from_another_run(tmp_path):
    quick = {"steps": 2, "quiet": True, "card": False, "kernels": "library"}
    first = train("nce", "ring8", out=tmp_path / "ring", **quick)
    second = train("nce", "grid25", init=first.path, out=tmp_path / "grid", **quick)
    noise: Any = second.family.noise
    data = second.data().train.array
    np.testing.assert_allclose(noise.deviation, data.std(0), rtol=0.03)
    first = train("deligan", "ring8", out=tmp_path / "modes", width=8, **quick)
    variance: Any = train("deligan", "grid25", init=first.path, out=tmp_path / "more", width=8, **quick).family
    assert float(variance.variance) == pytest.approx(data.var(0).mean(), rel=0.02)


def test_a_batch_of_one_pack_is_refused_and_leaves_no_run(tmp_path):
    with pytest.raises(UserError, match="fewer than two packs of 2; give --batch of at least 4"):
        train("pacgan", "digits", batch=3, steps=1, out=tmp_path / "run", quiet=True)
    assert not (tmp_path / "run").exists()


def test_moments_that_overflow_end_a_run(tmp_path):
    with pytest.raises(TrainingError, match=r"moment .* is not finite after step 60; .* lower learning rate"):
        train("wgan_gp", "digits", lr=1e3, width=4, hidden=8, steps=60, out=tmp_path / "run", quiet=True)


def test_truncation_is_refused_where_no_noise_is_drawn(tmp_path):
    run = train("rbm", hidden=8, steps=1, out=tmp_path / "run", quiet=True, card=False)
    with pytest.raises(
        UserError, match="--truncation pulls noise towards its mean, and recipe 'rbm' draws none"
    ):
        run.sample(4, truncation=0.5)
    assert len(run.sample(4)) == 4


def test_arguments_are_read_off_a_signature():
    known = arguments(sp.resume)
    assert known["threads"].parse("auto") == "auto"
    assert known["threads"].parse("3") == 3
    with pytest.raises(UserError, match="--threads takes a whole number or auto, got 'many'"):
        known["threads"].parse("many")
    with pytest.raises(UserError, match="--crop takes center or stretch, got 'middle'"):
        arguments(sp.train)["crop"].parse("middle")
    assert arguments(sp.train)["data"].parse("digits") == "digits"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"crop": "middle"}, "--crop takes center or stretch, got 'middle'"),
        ({"steps": 0}, "--steps must be more than 0, got 0"),
        ({"steps": 1, "minutes": 1.0}, "give one budget, not --steps and --minutes"),
        ({"kernels": "fast"}, "--kernels must be auto or library, got 'fast'"),
        ({"device": "abacus"}, "abacus"),
        ({"keep": 0}, "--keep must be at least 1, got 0"),
    ],
)
def test_a_part_refuses_what_does_not_fit(setting, message):
    with pytest.raises(UserError, match=message):
        parted(signature(train) | {"flags": {}} | setting)


def test_a_disk_that_is_full_at_the_start_is_told_and_no_run_stays(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("saddlepoint.training.recorder._writer", full)
    with pytest.raises(UserError, match=r"cannot write into .*run: No space left on device"):
        train("gan", "ring8", steps=1, quiet=True, kernels="library", out=tmp_path / "run")
    assert not (tmp_path / "run").exists()
