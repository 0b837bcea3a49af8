"""What train and resume take is written once: command line, Python and stored runs agree on it."""

import inspect

import pytest

import saddlepoint as sp
from saddlepoint.cli import resume as cli_resume
from saddlepoint.cli import train as cli_train
from saddlepoint.core.docstrings import said_of
from saddlepoint.core.errors import UserError
from saddlepoint.core.flags import arguments
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
