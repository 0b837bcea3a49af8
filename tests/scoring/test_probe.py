"""Probing the critics of runs from the command line and from Python."""

import json

import numpy as np
import pytest
from PIL import Image

import saddlepoint as sp
from saddlepoint.cli import main
from saddlepoint.evaluate import probe as rows


@pytest.fixture(autouse=True)
def workplace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(rows, "CENTROIDS", 20)
    monkeypatch.setattr(rows, "COSTS", (1.0,))
    return tmp_path


def train(tmp_path_factory, recipe, **settings):
    out = tmp_path_factory.mktemp("probed") / recipe
    return sp.train(recipe, steps=2, batch=8, out=out, quiet=True, **settings)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    return train(tmp_path_factory, "dcgan", width=4)


def refused(capsys, *arguments):
    assert main(["evaluate", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


def test_the_result_is_printed_and_saved(trained, capsys):
    weights = trained.folder.latest().weights_hash
    assert main(["evaluate", str(trained.path), "--probe", "--samples", "200", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads((trained.path / "probe.json").read_text())
    assert list(printed["rows"]) == ["critic", "random critic", "pixels", "patches"]
    for row in printed["rows"].values():
        assert 0.2 < row["low"] < row["accuracy"] < row["high"] <= 1
        assert row["trained"] == 200
    assert printed["layers"] == "convolutional"
    assert (printed["step"], printed["weights"]) == (2, weights)
    assert trained.probe(images=200, quiet=True).to_json() == printed
    assert main(["evaluate", str(trained.path), "--probe", "--samples", "200"]) == 0
    assert "convolutional layers, max-pooled to 4×4" in capsys.readouterr().out


def test_an_untrained_critic_reads_what_the_random_one_reads(tmp_path_factory):
    run = train(tmp_path_factory, "dcgan", width=4, lr_d=0.0, lr_g=0.0)
    found = run.probe(images=200, quiet=True)
    assert found.rows["critic"] == found.rows["random critic"]
    assert "may be chance" in found.verdict


def test_dense_critics_are_read_too_and_it_says_so(tmp_path_factory, capsys):
    run = train(tmp_path_factory, "mlp_gan")
    assert main(["evaluate", str(run.path), "--probe", "--samples", "100"]) == 0
    assert "dense layers, since it has no convolutions" in " ".join(capsys.readouterr().out.split())


def test_what_cannot_be_probed_is_refused(trained, workplace, tmp_path_factory, capsys):
    place = str(trained.path)
    assert "no use for --metrics" in refused(capsys, place, "--probe", "--metrics", "frechet")
    assert "at least 100 labelled images, not 5" in refused(capsys, place, "--probe", "--samples", "5")
    assert "there is no run at nowhere" in refused(capsys, "nowhere", "--probe")
    (workplace / "photos").mkdir()
    for i in range(20):
        pixels = np.random.default_rng(i).integers(0, 256, (8, 8), np.uint8)
        Image.fromarray(pixels).save(workplace / "photos" / f"{i}.png")
    run = train(tmp_path_factory, "dcgan", data="photos", width=4)
    assert "'photos', which" in refused(capsys, str(run.path), "--probe")
