"""Runs that know how likely data are, and runs that rebuild them: cards, pictures, and who cannot."""

import numpy as np
import pytest
from PIL import Image

import saddlepoint as sp
from saddlepoint.cli import main
from saddlepoint.evaluate import Card
from saddlepoint.scoring.likelihood import likelihood


@pytest.fixture(scope="module")
def vae(tmp_path_factory):
    out = tmp_path_factory.mktemp("likely") / "vae"
    return sp.train("vae", "digits", steps=3, batch=8, hidden=16, out=out, quiet=True)


@pytest.fixture(scope="module")
def rbm(tmp_path_factory):
    """So small that its states are counted."""
    out = tmp_path_factory.mktemp("likely") / "rbm"
    return sp.train("rbm", "digits", steps=3, batch=8, hidden=6, out=out, quiet=True)


@pytest.fixture(scope="module")
def gan(tmp_path_factory):
    out = tmp_path_factory.mktemp("likely") / "gan"
    return sp.train("mlp_gan", "ring8", steps=1, batch=8, out=out, quiet=True)


def test_the_bound_of_a_vae_repeats_by_its_seed(vae):
    figure = likelihood(vae, vae.data(), seed=1)["elbo"]
    assert figure == likelihood(vae, vae.data(), seed=1)["elbo"]
    assert figure != likelihood(vae, vae.data(), seed=2)["elbo"]
    # 64 pixels that nobody has learned cost log 2 each, and the code its divergence.
    assert -60 < number(figure.value) < -30
    assert number(figure.low) < number(figure.value) < number(figure.high)
    assert figure.samples == len(vae.data().splits["test"])


def test_the_likelihood_of_a_machine_is_counted_where_it_is_small(rbm):
    figure = likelihood(rbm, rbm.data())["log_likelihood"]
    assert -60 < number(figure.value) < -20
    assert figure.detail == {"bound": False, "shared_error": 0.0}


def test_a_card_sets_the_truth_beside_the_likelihood_of_points_unless_figures_are_named(tmp_path, gan, capsys):
    run = sp.train("vae", "ring8", steps=2, batch=8, hidden=8, out=tmp_path / "run", quiet=True)
    assert main(["evaluate", str(run.path), "--samples", "50"]) == 0
    assert "elbo ↑" in capsys.readouterr().out
    figure = Card.from_json(run.folder.read_card() or {})["elbo"]
    # Eight normals of σ that hardly meet: E log p = −log 8 − 1 − 2 log(σ √2π).
    truth = -np.log(8) - 1 - 2 * np.log(0.01 * np.sqrt(2 * np.pi))
    assert number(figure.real) == pytest.approx(truth, abs=0.05)
    assert number(figure.value) < truth
    assert main(["evaluate", str(run.path), "--metrics", "modes", "--samples", "20"]) == 0
    assert "elbo" not in capsys.readouterr().out
    assert likelihood(gan, gan.data()) == {}


def number(value):
    assert value is not None
    return value


@pytest.mark.parametrize("recipe", ["vae", "rbm"])
def test_reconstructions_are_drawn_and_repeat(recipe, request, tmp_path, capsys):
    run = request.getfixturevalue(recipe)
    arrays = []
    for name in ("a.npy", "b.npy"):
        command = ["sample", str(run.path), "--reconstructions", "-n", "3", "--seed", "2"]
        assert main([*command, "--out", str(tmp_path / name)]) == 0
        arrays.append(np.load(tmp_path / name))
    assert arrays[0].shape == (3, 2, 8, 8, 1)
    assert np.array_equal(*arrays)
    test = run.data().splits["test"].array
    assert all((test == image).all(axis=(1, 2, 3)).any() for image in arrays[0][:, 0])
    assert np.array_equal(arrays[0][:, 1], run.reconstruct(arrays[0][:, 0]))
    assert main(["sample", str(run.path), "--reconstructions"]) == 0
    with Image.open(run.path / "reconstructions-seed0.png") as picture:
        assert picture.width > 8 * 64
        assert len(picture.info["test images"].split(", ")) == 8


def test_who_cannot_reconstruct_says_so(vae, gan, tmp_path, capsys):
    for arguments, why in (
        ([str(gan.path), "--reconstructions"], "needs a run on images"),
        ([str(vae.path), "--reconstructions", "--class", "1"], "leave out --class"),
        ([str(vae.path), "--reconstructions", "-n", "0"], "-n must be from 1"),
        ([str(vae.path), "--reconstructions", "--out", str(tmp_path / "x.gif")], "must end in"),
    ):
        assert main(["sample", *arguments]) == 2
        assert why in capsys.readouterr().err
    with pytest.raises(sp.UserError, match="no way back from data to a code"):
        gan.reconstruct(np.zeros((2, 2), np.float32))
