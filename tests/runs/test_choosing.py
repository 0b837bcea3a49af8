"""The recipe that trains where none is named."""

import pytest
import torch
from PIL import Image

import saddlepoint as sp
from saddlepoint.core.experiment import DataSpec, recipes
from saddlepoint.core.kinds import kinds
from saddlepoint.core.vocabulary import Vocabulary
from saddlepoint.runs.choosing import choose
from saddlepoint.runs.prepare import prepare

TEN = tuple("0123456789")
NOTES, LETTERS = Vocabulary(("60", "62"), " ", notes=True), Vocabulary(("a", "b"), "")


@pytest.mark.parametrize("kind", kinds.names())
def test_no_kind_of_data_is_without_one(kind):
    spec = DataSpec("any", kind, {"images": (8, 8, 1), "views": (2, 16, 16, 3)}.get(kind, (20,)), (), 100)
    recipes.get(choose(spec).recipe).check_kind(spec)


@pytest.mark.parametrize(
    ("spec", "recipe"),
    [
        (DataSpec("faces", "images", (64, 64, 3), (), 500), "fast_gan"),
        (DataSpec("one", "images", (64, 64, 3), ("all",), 10_000), "fast_gan"),
        (DataSpec("many", "images", (64, 64, 3), ("all",), 10_001), "dcgan"),
        (DataSpec("tiny", "images", (63, 63, 3), (), 500), "dcgan"),
        (DataSpec("digits", "images", (8, 8, 1), TEN, 1_437), "labelled_dcgan"),
        (DataSpec("few", "images", (8, 8, 1), TEN, 199), "dcgan"),
        (DataSpec("enough", "images", (8, 8, 1), TEN, 200), "labelled_dcgan"),
        (DataSpec("ring8", "points", (2,), TEN[:8], 10_000), "deligan"),
        (DataSpec("scenes", "views", (2, 32, 32, 3), (), 100), "style_structure"),
        (DataSpec("ma8", "waves", (64,), (), 100, rate=8_000), "wave_gan"),
        (DataSpec("poem", "tokens", (20,), (), 100, vocabulary=LETTERS), "seq_mle"),
        (DataSpec("tunes", "tokens", (20,), (), 100, vocabulary=NOTES), "melody_gan"),
    ],
    ids=lambda value: value.name if isinstance(value, DataSpec) else value,
)
def test_it_suits_the_data(spec, recipe):
    chosen = choose(spec)
    assert chosen.recipe == recipe
    recipes.get(recipe).check_kind(spec)


def test_a_size_that_was_asked_for_is_kept():
    faces = DataSpec("faces", "images", (90, 90, 3), (), 500)
    assert choose(faces).recipe == "fast_gan"
    assert choose(faces, fixed=True).recipe == "dcgan"


@pytest.mark.skipif(torch.accelerator.is_available(), reason="larger images are trained there")
def test_large_pictures_are_trained_at_64_pixels_where_there_is_no_gpu(tmp_path):
    for index in range(12):
        Image.new("RGB", (90, 70), (index, 0, 0)).save(tmp_path / f"{index}.png")
    chosen = prepare(None, str(tmp_path))
    assert chosen.recipe.name == "fast_gan"
    assert chosen.spec.size == 64
    assert chosen.choice is not None
    assert "64 pixels, as there is no GPU" in chosen.choice.why
    asked = prepare(None, str(tmp_path), size=70)
    assert (asked.recipe.name, asked.spec.size) == ("dcgan", 70)
    assert asked.choice is not None
    assert "GPU" not in asked.choice.why
    assert prepare("dcgan", str(tmp_path)).spec.size == 70


def test_a_named_recipe_and_flags_override_it():
    assert prepare(None, "digits").recipe.name == "labelled_dcgan"
    named, with_flags = prepare("dcgan", "digits"), prepare(None, "digits", flags={"width": 8})
    assert named.recipe.name == with_flags.recipe.name == "dcgan"
    assert named.choice is with_flags.choice is None


def test_initial_weights_bring_their_recipe(tmp_path, capsys):
    tiny = {"steps": 1, "batch": 8, "card": False}
    first = sp.train("mlp_gan", out=tmp_path / "first", quiet=True, **tiny)
    again = sp.train(init=first.folder.path, out=tmp_path / "again", **tiny)
    assert again.config["recipe"] == "mlp_gan"
    assert "chosen, as" not in capsys.readouterr().out
    sp.train(out=tmp_path / "chosen", **tiny)
    assert "chosen, as the images have 10 classes" in capsys.readouterr().out
