"""The picture of a run's layers: real tiny runs, with and without convolutions."""

import numpy as np
import pytest
from PIL import Image

import saddlepoint as sp
from saddlepoint.cli import main
from saddlepoint.exploring import layers


@pytest.fixture(scope="module")
def colours(tmp_path_factory):
    path = tmp_path_factory.mktemp("colours") / "colours.npy"
    np.save(path, np.random.default_rng(0).integers(0, 256, (60, 16, 16, 3), dtype=np.uint8))
    return str(path)


def trained(tmp_path, recipe, source="digits", **flags):
    return sp.train(recipe, source, steps=2, batch=8, out=tmp_path / "run", quiet=True, **flags)


@pytest.fixture
def told(monkeypatch):
    """What the picture was drawn from."""
    found = {}
    draw = layers.layers_picture

    def spying(title, networks, sections, size):
        found.update(title=title, networks=networks, sections=sections, size=size)
        return draw(title, networks, sections, size)

    monkeypatch.setattr(layers, "layers_picture", spying)
    return found


def test_a_convolutional_run(tmp_path, told, capsys, monkeypatch):
    monkeypatch.setattr(layers, "IMAGES", 40)
    run = trained(tmp_path, "dcgan", width=4, hidden=8)
    assert main(["evaluate", str(run.path), "--layers"]) == 0
    assert capsys.readouterr().out == f"{run.folder.layers}\n"
    with Image.open(run.folder.layers) as picture:
        assert picture.info["weights"] == run.folder.latest().weights_hash
        first = picture.tobytes()
    features, critic, generator = told["sections"]
    assert told["networks"] == ("step 2", "untrained")
    assert (
        features.heading
        == "critic: the 6 most selective features of its last convolution (down0 · leaky0 · flatten)"
    )
    assert [row.title.partition(":")[0] for row in critic.rows] == [
        "input",
        "down0 · leaky0 · flatten",
        "dense · dense_norm · dense_leaky",
        "head",
    ]
    maps = critic.rows[1].blocks
    assert maps[0].shape == (32, 4, 4, 1)
    assert maps[1].shape == (32, 4, 4, 1)
    assert not np.array_equal(maps[0], maps[2]), "trained weights are not the initial ones"
    assert critic.rows[2].blocks == (None,) * 4
    assert [row.title for row in generator.rows][-1] == "to_image · output: 1 map of 8 by 8"
    run.layers()
    with Image.open(run.folder.layers) as picture:
        assert picture.tobytes() == first, "the same run, the same picture"


def test_features_are_read_off_the_pixels_that_they_depend_on(tmp_path, told):
    run = trained(tmp_path, "dcgan", width=4)
    run.layers()
    for row in told["sections"][0].rows:
        for images, gradients in (row.blocks[:2], row.blocks[2:]):
            assert images.shape == gradients.shape
            assert 1 <= len(images) <= 6
            assert max(images.shape[1:3]) <= 4, "a kernel of 4 sees no more"


def test_colour_and_penalties(tmp_path, told, colours):
    run = trained(tmp_path, "dcgan", colours, width=4, penalty=("r1",))
    assert run.layers().mode == "RGB"
    features, critic, generator = told["sections"]
    assert features.rows[0].blocks[1].shape[-1] == 3
    assert critic.rows[1].blocks[0].shape[1:] == (4, 4, 3), "filters on pixels are in colour"
    assert critic.rows[2].blocks[0].shape[1:] == (4, 4, 1)
    assert generator.rows[-1].blocks[0].shape[1:] == (4, 4, 3)
    assert generator.rows[-1].blocks[1].shape == (1, 16, 16, 3), "the image itself"


def test_cs231n_pools_its_maps(tmp_path, told, monkeypatch):
    monkeypatch.setattr(layers, "IMAGES", 32)
    trained(tmp_path, "cs231n_dc").layers()
    titles = [row.title for row in told["sections"][1].rows]
    assert titles[1:3] == [
        "conv0 · leaky0 · pool0: 32 maps of 12 by 12",
        "conv1 · leaky1 · pool1 · flatten: 64 maps of 4 by 4",
    ]


@pytest.mark.parametrize(("recipe", "flags"), [("mlp_gan", {}), ("gan", {"hidden": 8, "units": 8})])
def test_without_convolutions_weights_on_pixels_are_drawn(tmp_path, told, recipe, flags):
    trained(tmp_path, recipe, **flags).layers()
    features, critic, generator = told["sections"]
    assert "last dense layer, as it has no convolutions" in features.heading
    assert critic.rows[1].blocks[0].shape[1:] == (8, 8, 1)
    assert critic.rows[2].blocks[0] is None
    assert generator.rows[-1].blocks[0].shape[1:] == (8, 8, 1)


def test_an_encoder_is_shown_the_image_that_it_reads(tmp_path, told):
    """One player moves it and the generator; it is no generator for that."""
    trained(tmp_path, "vae", hidden=8).layers()
    generator, encoder = told["sections"]
    assert (generator.heading, encoder.heading) == ("generator, layer by layer", "encoder, layer by layer")
    assert encoder.rows[0].title == "input: a real image"
    assert not any(row.title.startswith("input") for row in generator.rows)


def test_mistakes_get_one_sentence(tmp_path, capsys):
    run = trained(tmp_path, "mlp_gan", "ring8")
    assert main(["evaluate", str(run.path), "--layers"]) == 2
    assert "--layers needs a run on images, and" in capsys.readouterr().err
    assert main(["evaluate", str(run.path), "--layers", "--metrics", "frechet"]) == 2
    assert "--layers draws a picture and scores nothing; leave out --metrics" in capsys.readouterr().err
    assert main(["evaluate", "samples.npy", "--layers"]) == 2
    assert "there is no run at samples.npy" in capsys.readouterr().err


@pytest.mark.parametrize(("recipe", "flags"), [("ebgan", {"convolutional": False}), ("pacgan", {})])
def test_energies_and_packs_have_layers_too(tmp_path, told, recipe, flags):
    trained(tmp_path, recipe, **flags).layers()
    assert "critic" in " ".join(section.heading for section in told["sections"])
