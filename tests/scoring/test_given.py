"""Samples of other tools: the same pictures score the same whatever holds them, and the card says how."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import saddlepoint as sp
from saddlepoint.cli import main
from saddlepoint.data import load

CHEAP: dict = {"metrics": ("frechet", "precision_recall"), "encoder": "patches", "quiet": True}


@pytest.fixture(autouse=True)
def workplace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run at twice the side of its data."""
    out = tmp_path_factory.mktemp("given") / "run"
    return sp.train("dcgan", "digits", size=16, steps=2, batch=8, width=4, out=out, quiet=True, card=False)


def figures(card):
    return {name: (figure.value, figure.low, figure.high, figure.real) for name, figure in card.figures.items()}


def test_a_run_its_file_its_folder_and_its_array_score_the_same(trained):
    images = trained.sample(60)
    of_run = sp.score(trained, samples=60, **CHEAP)
    assert main(["sample", str(trained.path), "-n", "60", "--out", "samples.npy"]) == 0
    assert main(["sample", str(trained.path), "-n", "60", "--out", "folder"]) == 0
    for other in ("samples.npy", "folder", images, images.repeat(3, axis=3)):
        card = sp.score(other, against="digits", **CHEAP)
        assert figures(card) == figures(of_run)
        assert card.data["fingerprint"] == of_run.data["fingerprint"]


def test_the_card_says_what_was_done_to_samples_and_data(capsys):
    rng = np.random.default_rng(0)
    for folder, side, alpha in (("fakes", 12, 128), ("real", 10, 255)):
        place = Path(folder)
        place.mkdir()
        for index in range(40):
            pixels = rng.integers(0, 256, (side, side + 4, 4), np.uint8)
            pixels[0, 0, 3] = alpha
            pixels[..., 3] |= 128
            Image.fromarray(pixels if alpha < 255 else pixels[..., :3]).save(place / f"{index:02d}.png")
    asked = ["evaluate", "fakes", "--against", "real", "--metrics", "frechet", "--encoder", "patches"]
    assert main(asked) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "Samples: centre-cropped or resized 40 of 40 images to 12 pixels." in shown
    assert "Samples: flattened 40 of 40 images with transparent parts on white." in shown
    assert "real: centre-cropped or resized 40 of 40 images to 12 pixels." in shown
    assert main([*asked, "--size", "8", "--crop", "stretch", "--background", "black"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "Samples: stretched or resized 40 of 40 images to 8 pixels." in shown
    assert "with transparent parts on black." in shown
    assert "real: stretched or resized 40 of 40 images to 8 pixels." in shown


def test_arrays_are_cropped_and_resized_like_files():
    wide = np.random.default_rng(0).integers(0, 256, (60, 12, 20, 1), np.uint8)
    np.save("wide.npy", wide)
    cards = [sp.score(given, against="digits", size=8, **CHEAP) for given in (wide, "wide.npy")]
    assert figures(cards[0]) == figures(cards[1])
    assert "Samples: centre-cropped to a square, resized from 12 to 8 pixels." in cards[0].notes
    stretched = sp.score(wide, against="digits", size=8, crop="stretch", **CHEAP)
    assert figures(stretched) != figures(cards[0])


def test_a_run_at_another_size_is_scored_and_keeps_its_own_card(trained):
    before = (trained.path / "card.json").read_bytes() if (trained.path / "card.json").exists() else None
    card = sp.score(trained, samples=60, size=8, **CHEAP)
    assert "Samples: resized from 16 to 8 pixels." in card.notes
    assert card.data["fingerprint"] == load("digits", size=8).fingerprint
    after = (trained.path / "card.json").read_bytes() if (trained.path / "card.json").exists() else None
    assert after == before


def test_data_that_have_changed_are_refused_at_any_size(tmp_path):
    """What used to happen: with --size the run was compared with whatever lay there now."""
    folder = tmp_path / "images"
    folder.mkdir()
    pixels = np.random.default_rng(0).integers(0, 256, (40, 8, 8), np.uint8)
    for index, image in enumerate(pixels):
        Image.fromarray(image).save(folder / f"{index}.png")
    run = sp.train("dcgan", str(folder), steps=1, batch=8, width=4, out=tmp_path / "run", quiet=True)
    Image.fromarray(255 - pixels[39]).save(folder / "39.png")
    for geometry in ({}, {"size": 16}, {"crop": "stretch"}):
        with pytest.raises(sp.UserError, match="have changed since"):
            sp.score(run, samples=60, **geometry, **CHEAP)


def test_what_was_assumed_of_an_array_is_on_the_card():
    images = load("digits").train.array[:60]
    card = sp.score((images / 255)[..., 0], against="digits", **CHEAP)
    first = sp.score(images.transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1, against="digits", **CHEAP)
    assert figures(card) == figures(first) == figures(sp.score(images, against="digits", **CHEAP))
    assert "Samples: float64 (60, 8, 8) read as floats in [0, 1]." in card.notes
    with pytest.raises(sp.UserError, match=r"float64 \(60, 8, 8\) from -3 to 3, which is no plain range"):
        sp.score(np.linspace(-3, 3, 60 * 64).reshape(60, 8, 8), against="digits", **CHEAP)
