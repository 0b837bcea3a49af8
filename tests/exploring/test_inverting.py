"""Pictures of one's own among a generator's samples."""

import zipfile

import numpy as np
import pytest
import torch
from PIL import Image

from saddlepoint.cli import main
from saddlepoint.core.errors import UserError
from saddlepoint.exploring import arithmetic, begun_with, interpolate, invert, neighbours, save_inversion
from saddlepoint.exploring.inverting import MOST_BYTES
from saddlepoint.sampling.latents import within
from saddlepoint.training.training import train

SMALL = {"steps": 2, "batch": 16, "width": 4, "hidden": 16, "lr_g": 0.01, "quiet": True, "card": False}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return train("labelled_dcgan", "digits", out=tmp_path_factory.mktemp("inverting") / "run", **SMALL)


def test_a_sample_is_found_again_and_more_steps_come_nearer(run):
    among, beyond = [3], range(1_025, 1_032)  # of the latents where starts are looked for
    samples = run.sample(1_032, seed=0)[[*among, *beyond]]
    near, far = (invert(run, samples, steps=steps, starts=2) for steps in (40, 1))
    assert near.errors[0] < 2e-3
    assert near.errors[1:].mean() < 0.8 * far.errors[1:].mean()
    gap = (samples / 255.0 - near.samples / 255.0).reshape(len(samples), -1)
    np.testing.assert_allclose(near.errors, np.sqrt((gap**2).mean(1)), rtol=1e-12)
    assert len(near.training) == len(near.held_out) == 16
    assert np.array_equal(run.render(near.latents), near.samples)


def test_latents_stay_where_draws_lie():
    draws = {"noise": torch.tensor([[3.0, 4.0], [0.0, 1.0]]), "label": torch.tensor([0, 1])}
    far = {"noise": torch.tensor([[30.0, 40.0], [0.3, 0.4]]), "label": torch.tensor([1, 1])}
    ball = within(far, draws, {"noise": False, "label": False})
    torch.testing.assert_close(ball["noise"], torch.tensor([[3.0, 4.0], [0.3, 0.4]]))
    box = within(far, draws, {"noise": True, "label": False})
    torch.testing.assert_close(box["noise"], torch.tensor([[4.0, 4.0], [0.3, 0.4]]))
    assert torch.equal(ball["label"], far["label"])


def test_pictures_of_any_size_become_the_first_samples(run, tmp_path, capsys):
    Image.new("RGB", (40, 30), (255, 0, 0)).save(tmp_path / "red.png")
    out = tmp_path / "out"
    asked = ["invert", str(run.path), str(tmp_path / "red.png"), "--steps", "2", "--starts", "1"]
    assert main([*asked, "--out", str(out)]) == 0
    assert str(out / "inverted.png") in capsys.readouterr().out
    with Image.open(out / "inverted.png") as picture:
        assert picture.info["pictures"] == "red.png"
    with np.load(out / "latents.npz") as stored:
        latents = dict(stored)
    model = begun_with(run, out / "latents.npz")
    samples, plain = model.sample(3, seed=5), run.sample(2, seed=5)
    assert np.array_equal(samples[1:], plain)
    first = run.render({name: torch.from_numpy(part) for name, part in latents.items()})
    assert np.array_equal(samples[:1], first)
    assert np.array_equal(interpolate(model, 1, steps=3, seed=5)[0, 0], first[0])
    assert np.array_equal(neighbours(model, 1, seed=5).samples, first)


def test_more_pictures_than_a_block_are_found_in_several(run):
    samples = run.sample(70, seed=0)
    found = invert(run, samples, steps=1, starts=1)
    assert found.samples.shape == samples.shape
    assert found.errors.max() < 0.05  # each starts from its own latent
    assert len(found.training) == len(found.held_out) == 16


@pytest.mark.parametrize("content", ["nothing", "pickled", "alien", "ragged", "empty", "no such class", "huge"])
def test_other_files_are_no_latents(run, tmp_path, content):
    path = tmp_path / "given.npz"
    if content == "nothing":
        path.write_bytes(b"PK\x03\x04")
    elif content == "pickled":
        np.savez(path, noise=np.array([{}], object))
    elif content == "alien":
        np.savez(path, latent=np.zeros((2, 100), np.float32))
    elif content == "huge":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("noise.npy", bytes(MOST_BYTES + 1))
    else:
        noise, label = {"ragged": (2, 1), "empty": (0, 0), "no such class": (1, 1)}[content]
        labels = np.full(label, 10, np.int64)
        np.savez(path, noise=np.zeros((noise, 100), np.float32), label=labels)
    with pytest.raises(UserError, match=r"read as latents|hold latents of"):
        begun_with(run, path)


def test_what_has_no_latent_of_its_own_is_refused(run, tmp_path):
    with pytest.raises(UserError, match="--starts must be from 1 to 64, got 0"):
        invert(run, run.sample(1), starts=0)
    points = train("mlp_gan", "ring8", out=tmp_path / "points", steps=1, batch=8, quiet=True, card=False)
    with pytest.raises(UserError, match="needs a run on images"):
        invert(points, points.sample(1))
    (tmp_path / "no.png").write_text("no picture")
    with pytest.raises(UserError, match="cannot be read as a picture"):
        save_inversion(run, tmp_path / "no.png")


def test_recipes_without_a_gradient_are_refused_and_critics_of_packs_left_out(tmp_path):
    quick = {"steps": 2, "quiet": True, "card": False}
    machine = train("rbm", out=tmp_path / "machine", hidden=8, **quick)
    with pytest.raises(UserError, match="are bits, which have no gradient"):
        invert(machine, machine.sample(1))
    packs = train("pacgan", out=tmp_path / "packs", width=4, batch=8, **quick)
    assert invert(packs, packs.sample(2), steps=1, starts=1).samples.shape == (2, 8, 8, 1)


def test_given_latents_stay_as_they_are(run, tmp_path, capsys):
    found = invert(run, run.sample(3, seed=4), steps=1, starts=1)
    np.savez(tmp_path / "given.npz", **{name: part.numpy() for name, part in found.latents.items()})
    model = begun_with(run, tmp_path / "given.npz")
    expression = "class:7 - class:1"
    own, plain = (arithmetic(each, expression, seed=2) for each in (model, run))
    assert np.array_equal(own.result, plain.result)
    with pytest.raises(UserError, match="stay as they are"):
        model.sample(4, label=3)
    for flag in (
        ["--class", "3"],
        ["--truncation", "0.5"],
        ["--traverse"],
        ["--reconstructions"],
        ["--density"],
    ):
        assert main(["sample", str(run.path), "--with", str(tmp_path / "given.npz"), *flag]) == 2
        assert f"{flag[0]} has no use for them" in capsys.readouterr().err
