"""Names of files that are no UTF-8: data are read under them, and a run is refused one before it is made."""

import json
import os

import numpy as np
import pytest
from PIL import Image

import saddlepoint as sp
from saddlepoint.cli import main
from saddlepoint.core.files import write_json
from saddlepoint.core.run_folder import check_free
from saddlepoint.core.words import brief, printable, shortened, slug

LATIN = os.fsdecode(b"caf\xe9")


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    try:
        os.mkdir(LATIN)
    except OSError:
        pytest.skip("this file system keeps names in UTF-8")
    monkeypatch.setenv("SADDLE_CACHE", str(tmp_path / LATIN / ".cache"))
    rng = np.random.default_rng(0)
    for name in (b"\xe9t\xe9", b"hiver"):
        folder = os.path.join(LATIN, os.fsdecode(name))
        os.mkdir(folder)
        for i in range(15):
            path = os.path.join(folder, os.fsdecode(b"\xff%d.png" % i))
            Image.fromarray(rng.integers(0, 256, (8, 8), np.uint8)).save(path)
    return tmp_path


def test_data_train_resume_and_are_read_again_under_any_name(place, capsysbinary):
    settings: dict = {"batch": 8, "steps": 1, "card": False, "kernels": "library"}
    run = sp.train("cgan", LATIN, **settings)
    assert rb"2 classes: hiver, \xe9t\xe9" in capsysbinary.readouterr().out
    assert run.path.name == "cgan-caf-0001"
    assert run.config["data"]["source"] == str(place / LATIN)
    assert sp.resume(run.path, steps=2, quiet=True).data().classes == ("hiver", r"\xe9t\xe9")
    asked = os.fsdecode(b"\xe9t\xe9")
    assert np.array_equal(run.sample(2, label=asked), run.sample(2, label=1))
    out = os.path.join(LATIN, "each")
    assert main(["sample", str(run.path), "-n", "2", "--class", asked, "--out", out]) == 0
    assert capsysbinary.readouterr().out == b"caf\xe9/each\n"  # to be used as it is
    assert os.listdir(out)[0].endswith("-xe9t-xe9.png")


@pytest.mark.parametrize("variable", [False, True])
def test_a_run_is_refused_such_a_folder_before_it_is_made(place, capsys, monkeypatch, variable):
    out = os.fsdecode(b"o\xe9")
    if variable:
        monkeypatch.setenv("SADDLE_RUNS", out)
    chosen = [] if variable else ["--out", out]
    assert main(["train", "--steps", "1", "--kernels", "library", "--quiet", *chosen]) == 2
    assert capsys.readouterr().err.startswith(r"saddle: the name o\xe9 is no UTF-8")
    assert os.listdir(place) == [LATIN]


def test_json_keeps_a_path_of_any_bytes(tmp_path):
    write_json(tmp_path / "a.json", {"path": LATIN, "word": "été"})
    assert json.loads((tmp_path / "a.json").read_bytes()) == {"path": LATIN, "word": "été"}
    check_free(tmp_path / "été")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_said_in_words(value):
    assert brief(value) == "no number"


def test_names_are_shown_listed_and_cut():
    assert printable("été " + LATIN) == r"été caf\xe9"
    assert slug(" a/b: été?") == "a-b-été"
    assert slug("/", "class") == "class"
    assert slug("图" * 85) == "图" * 33  # a file's name has 255 bytes at most, and more is added
    assert shortened(["a", "b", "c"]) == "a, b, c"
    assert shortened([f"{i:03d}" for i in range(100)]).startswith("000, 001, 002")
    assert shortened([f"{i:03d}" for i in range(100)]).endswith("010, …, 099")
    assert shortened(["x" * 80, "y" * 80]) == "x" * 80 + ", " + "y" * 80
