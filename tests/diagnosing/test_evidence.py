"""Every finding shows its evidence: runs of seconds are given a fault, and what is found is drawn."""

import dataclasses
import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

import saddlepoint as sp
from saddlepoint.cli import main
from saddlepoint.core.run_folder import RunFolder
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.diagnosing.diagnosing import save_evidence
from saddlepoint.diagnosing.finding import Finding, conditions
from saddlepoint.diagnosing.live import look
from saddlepoint.diagnosing.panels import losses
from saddlepoint.diagnosing.samples import fine
from saddlepoint.diagnosing.signals import Signals, Units
from saddlepoint.plots.evidence import evidence_image
from saddlepoint.plots.panel import Bars, Curves, Histogram, Section
from tests.diagnosing.conftest import SHORT

RNG = np.random.default_rng(0)


def rows(**curves) -> list[dict]:
    """Return the rows of a run in which figures have these values."""
    names = [name.replace("_", "/", 1) for name in curves]
    return [
        {"step": 20 * (i + 1), "images": 640 * (i + 1), **dict(zip(names, values, strict=True))}
        for i, values in enumerate(zip(*curves.values(), strict=True))
    ]


def data_of(train: np.ndarray, label: np.ndarray | None = None) -> Dataset:
    """Return data whose held-out examples are like the training examples, with labels in another order."""
    held = Split(train.copy(), None if label is None else label[::-1].copy())
    return Dataset(
        "faulty", "faulty", "images", {"train": Split(train, label), "validation": held, "test": held}
    )


def repeated(signals):
    return {"data": data_of(np.concatenate([signals.real[:200], *[signals.real[:2]] * 200]))}


def constant(signals):
    levels = RNG.integers(0, 256, (100, 1, 1, 1), np.uint8)
    return {"data": data_of(np.concatenate([signals.real[:400], levels + np.zeros((100, 8, 8, 1), np.uint8)]))}


def mixed_up(signals):
    label = RNG.integers(0, 10, len(signals.real))
    return {"data": data_of(signals.real, label), "family": SimpleNamespace(condition="label")}


def scored(real: float, **others):
    """Return signals of a critic that scores held-out data as samples, and training data otherwise."""
    return lambda signals: {
        "scores": {
            "real": real + RNG.standard_normal(200),
            "held": RNG.standard_normal(200),
            "fake": RNG.standard_normal(200),
        },
        **others,
    }


def overpowered(signals):
    output = np.linspace(0.5, 0.99, 30)
    curves = [{"D(x)": a, "D(G(z))": 1 - a, **row} for a, row in zip(output, rows(g_x=output), strict=True)]
    return {**scored(20.0)(signals), "told_apart_now": 1.0, "pull": 0.01, "rows": curves}


def idle(signals):
    """Return an encoder of eight dimensions, of which one carries ½ nat and the others nothing."""

    def encoder(x):
        code = torch.zeros(len(x), 16)
        code[:, 0] = 1.0
        return code

    return {"family": SimpleNamespace(encoder=encoder)}


def low_margin(signals):
    critic = lambda x: SimpleNamespace(score=1 + x.flatten(1).double().var(1))  # noqa: E731
    return {
        "family": SimpleNamespace(margin=1e-4),
        "player": SimpleNamespace(critic=critic),
        "fake_now": signals.fake,
    }


def high_margin(signals):
    return low_margin(signals) | {"family": SimpleNamespace(margin=1e4)}


def stuck(signals):
    energy = SimpleNamespace(gibbs=lambda start, turns: (start, None))
    return {"family": SimpleNamespace(energy=energy, burn_in=50)}


def swinging(signals):
    return {"rows": rows(g_adversarial=1 + np.sin(np.arange(90) / 2)), "told_apart": 1.0}


def known_by_heart(signals):
    return {"fake": signals.real[:500], "rows": []}


FAULTS = {
    "untrained": ("frozen", lambda signals: {}),
    "too-short": ("frozen", lambda signals: {}),
    "batch-statistics": ("frozen", lambda s: {"both_ways": (s.floats(s.real[:16]), s.floats(s.real[16:32]))}),
    "between-modes": ("ring", lambda signals: {"fake": np.zeros((500, 2), np.float32)}),
    "chain-stuck": ("machine", stuck),
    "checkerboard": ("frozen", lambda signals: {"checkerboard": 40.0}),
    "codes-ignored": ("codes", lambda signals: {"rows": rows(information=[0.1] * 9)}),
    "critic-overfits": ("frozen", scored(2.0)),
    "critic-overpowers": ("frozen", overpowered),
    "critic-too-weak": ("frozen", scored(0.0, told_apart_now=1.0)),
    "critic-upside-down": ("frozen", scored(-4.0, told_apart_now=1.0)),
    "data-faults: repeated": ("frozen", repeated),
    "data-faults: constant": ("frozen", constant),
    "data-faults: dim": ("frozen", lambda signals: {"data": data_of(signals.real // 30)}),
    "data-faults: labels": ("frozen", mixed_up),
    "data-faults: few": ("frozen", lambda signals: {"data": data_of(signals.real[:100])}),
    "data-faults: large": ("ring", lambda signals: {"data": data_of(100 * signals.real)}),
    "dead-units": ("frozen", lambda signals: {"generator_units": Units(8, 0.75, {"a": 1.0, "b": 0.5})}),
    "diverged": ("frozen", lambda s: {"rows": rows(g_adversarial=[1.0] * 20 + [500.0] * 10)}),
    "diverged: no number": ("frozen", lambda s: {"rows": rows(g_adversarial=[1.0, 2.0, math.nan, 1.0])}),
    "diverged: weights": ("frozen", lambda signals: {"finite": False}),
    "diverged: away": ("ring", lambda s: {"fake": 100 * s.real[:500], "moved": {"d": 1.0}, "rows": []}),
    "generator-climbs": ("frozen", lambda signals: {"pushes": np.linspace(-1, 0, 50)}),
    "latent-unused": ("frozen", idle),
    "lost-variety": ("frozen", lambda signals: {"fake": signals.real[:20].repeat(50, axis=0)}),
    "lost-variety: nowhere": ("frozen", lambda signals: {"fake": signals.real[:5]}),
    "margin": ("frozen", low_margin),
    "margin: high": ("frozen", high_margin),
    "memorised": ("frozen", known_by_heart),
    "mode-collapse": ("frozen", lambda s: {"fake": s.real[s.examples.real_labels < 5]}),
    "mode-collapse: alike": ("frozen", lambda signals: {"fake": signals.real[:1].repeat(500, axis=0)}),
    "mode-collapse: points": ("ring", lambda signals: {"fake": signals.real[signals.real[:, 0] > 0]}),
    "oscillation": ("frozen", swinging),
    "player-stopped": (
        "frozen",
        lambda s: {
            "rows": [*rows(d_adversarial=[1.0], g_adversarial=[1.0]), *rows(d_adversarial=[1.0] * 20)[1:]]
        },
    ),
    "rate-too-high": ("frozen", lambda signals: {"moved": {"d": 0.1, "g": 9.0}}),
    "repeats": ("sequences", lambda s: {"fake": np.concatenate([np.ones_like(s.held[:400]), s.held[400:]])}),
    "saturated-output": (
        "frozen",
        lambda s: {"fake": (RNG.integers(0, 2, s.real[:500].shape) * 255).astype(np.uint8)},
    ),
}


@pytest.fixture(scope="module")
def codes(tmp_path_factory):
    """A game with codes, of one step."""
    return sp.train("infogan", out=tmp_path_factory.mktemp("runs") / "codes", steps=1, width=4, **SHORT)


@pytest.fixture
def find(request):
    """A function that gives a run a fault and returns what it then shows, and the finding."""

    def found(name: str) -> tuple[Signals, Finding]:
        run, fault = FAULTS[name]
        signals = Signals(request.getfixturevalue(run))
        faulty = fault(signals)
        if "data" in faulty:
            del signals.__dict__["examples"]
        signals.__dict__ |= faulty
        finding = conditions.get(name.partition(":")[0]).look(signals)
        assert finding is not None
        return signals, finding

    return found


def test_every_condition_has_a_fault():
    assert {name.partition(":")[0] for name in FAULTS} == set(conditions.names())


@pytest.mark.parametrize("name", FAULTS)
def test_every_finding_is_drawn(find, name):
    signals, finding = find(name)
    panels = tuple(finding.picture())
    assert panels
    drawing = signals.run.drawing
    sections = [Section(name, finding.what, finding.evidence, panels)]
    picture = evidence_image(sections, drawing, drawing.behind(signals.data), title="a run")
    assert np.asarray(picture).std() > 1


@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("between-modes", (0.25,)),
        ("codes-ignored", (0.5 * math.log(10),)),
        ("critic-overpowers", (0.9, 0.1)),
        ("diverged", (20.0,)),
        ("margin", (1e-4,)),
        ("margin: high", (1e4,)),
        ("oscillation", (0.5,)),
    ],
)
def test_limits_of_curves_and_histograms_are_those_of_the_finding(find, name, limits):
    shown = [one.limits for one in find(name)[1].picture() if isinstance(one, Curves | Histogram)]
    assert pytest.approx(limits) in shown


@pytest.mark.parametrize("name", ["dead-units", "rate-too-high", "untrained", "lost-variety"])
def test_limits_of_bars_are_those_of_the_finding(find, name):
    finding = find(name)[1]
    (limit,) = [one.limit for one in finding.picture() if isinstance(one, Bars)]
    assert limit == finding.evidence[0].limit


@pytest.mark.parametrize(
    ("curves", "shown"),
    [
        (
            {"d_adversarial": [1.0], "g_adversarial": [1.0], "g_information": [2.0]},
            {"d/adversarial", "g/adversarial"},
        ),
        ({"m_free": [1.0]}, {"m/free"}),
    ],
)
def test_the_main_loss_of_each_player_is_shown(frozen, curves, shown):
    signals = Signals(frozen)
    signals.__dict__["rows"] = rows(**curves)
    assert set(losses(signals)[0].lines) == shown
    signals.__dict__["rows"] = []
    assert losses(signals) == ()


def test_data_that_samples_avoid_stand_beside_the_nearest_samples(find):
    """The samples are all the digits below 5: what is avoided are others."""
    signals, finding = find("mode-collapse")
    bars, avoided, near = finding.picture()
    real, fake = bars.groups.values()
    rare = fake < bars.limit
    assert real[rare].sum() == pytest.approx(finding.evidence[0].value)
    labels = {
        image.tobytes(): label for image, label in zip(signals.real, signals.examples.real_labels, strict=True)
    }
    assert np.mean([labels[image.tobytes()] >= 5 for image in avoided.examples]) > 0.9
    assert all(labels[image.tobytes()] < 5 for image in near.examples)


def test_copies_stand_beside_what_they_copy(find):
    _, copies, trained = find("memorised")[1].picture()
    assert np.array_equal(copies.examples[:16], trained.examples[:16])


def test_a_critic_that_stopped_the_generator_is_shown_since_when(find):
    finding = find("critic-overpowers")[1]
    (curves,) = [one for one in finding.picture() if isinstance(one, Curves)]
    since = finding.since
    assert curves.since == since
    before, after = curves.x < since, curves.x >= since
    assert (curves.lines["D(x)"][after] > 0.9).all()
    assert not (curves.lines["D(x)"][before] > 0.9).any()


def test_spectra_end_at_the_power_that_was_measured(find):
    signals, finding = find("checkerboard")
    spectra = next(iter(finding.picture()))
    assert spectra.limits[0] == pytest.approx(10 * math.log10(20 * fine(signals.real)))
    assert spectra.lines["samples"][-1] == pytest.approx(10 * math.log10(fine(signals.fake)))


def test_looks_while_training_keep_no_picture(frozen):
    signals = Signals(frozen)
    signals.__dict__ |= FAULTS["saturated-output"][1](signals)
    signals.__dict__["rows"] = [{"step": 20, "images": 10**9}]
    found = dict(look(signals))
    assert "saturated-output" in found
    assert all(tuple(finding.picture()) == () for finding in found.values())


@pytest.fixture
def told(frozen, monkeypatch):
    """What the doctor found, which the command is told without a second look."""
    found = sp.doctor(frozen)
    monkeypatch.setattr("saddlepoint.diagnosing.diagnosing.doctor", lambda run, **settings: found)
    return found


def test_what_was_found_is_drawn_and_removed_when_nothing_is(frozen, told, tmp_path, capsys):
    out = frozen.path / "doctor.png"
    assert main(["doctor", str(frozen.path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["picture"] == str(out)
    with Image.open(out) as picture:
        assert picture.info["step"] == "20"
    healthy = dataclasses.replace(told, told=())
    assert healthy.picture() is None
    given = tmp_path / "photo.png"
    given.write_bytes(b"somebody's own")
    assert save_evidence(frozen, healthy, given) is None
    assert given.read_bytes() == b"somebody's own"
    assert save_evidence(frozen, healthy) is None
    assert not out.exists()
    elsewhere = tmp_path / "new" / "seen.png"
    assert main(["doctor", str(frozen.path), "--out", str(elsewhere)]) == 0
    assert str(elsewhere) in capsys.readouterr().out
    assert elsewhere.exists()
    assert not out.exists()


def test_findings_are_told_where_no_picture_can_be_written(frozen, told, tmp_path, capsys, monkeypatch):
    (tmp_path / "file").touch()
    nowhere = tmp_path / "file" / "doctor.png"
    monkeypatch.setattr(RunFolder, "doctor", nowhere)
    for more, code in ([], 0), (["--out", str(nowhere)], 2):
        assert main(["doctor", str(frozen.path), *more]) == code
        said = capsys.readouterr()
        assert "untrained (100% sure)" in said.out
        assert f"cannot write {nowhere}" in said.err
    assert main(["doctor", str(frozen.path), "--out", "a.jpg"]) == 2
    assert "must end in .png" in capsys.readouterr().err


def test_findings_are_told_where_drawing_fails_by_a_fault_of_ours(frozen, told, tmp_path, capsys, monkeypatch):
    def broken(*sections, **settings):
        raise ZeroDivisionError("float division by zero")

    monkeypatch.setattr("saddlepoint.plots.evidence.evidence_image", broken)
    for more, code in ([], 0), (["--out", str(tmp_path / "seen.png")], 1):
        assert main(["doctor", str(frozen.path), "--json", *more]) == code
        said = capsys.readouterr()
        assert json.loads(said.out) == told.to_json() | {"picture": None}
        assert "unexpected ZeroDivisionError: float division by zero" in said.err


def test_the_picture_of_a_chosen_checkpoint_has_a_name_of_its_own(frozen):
    (checkpoint, *_) = frozen.folder.checkpoints()
    assert RunFolder.open(frozen.path).doctor.name == "doctor.png"
    assert (
        RunFolder.open(checkpoint.path).doctor == frozen.path.absolute() / f"doctor-step-{checkpoint.step}.png"
    )
