"""A class that is asked for by name or by number, on the command line and from Python."""

import numpy as np
import pytest
from PIL import Image

import saddlepoint as sp
from saddlepoint.cli import main
from saddlepoint.core.classes import find_class
from saddlepoint.core.errors import UserError
from saddlepoint.exploring import output
from saddlepoint.exploring.expression import parse
from saddlepoint.plots.drawings import images

MANY = tuple(f"n{i:04d}" for i in range(1000))


@pytest.mark.parametrize(
    ("asked", "classes", "label"),
    [
        ("1", ("1", "2", "3"), 0),
        ("3", ("1", "2", "3"), 2),
        ("0", ("1", "2", "3"), 0),
        ("2", ("0", "1", "2"), 2),
        ("1", ("cat", "dog"), 1),
        ("DOG", ("cat", "dog"), 1),
        ("a", ("A", "a"), 1),
        ("-1", ("-1", "1"), 0),
        ("²", ("1", "²"), 1),
        ("", ("", "x"), 0),
        (1, ("1", "2", "3"), 1),
        (np.int64(2), ("1", "2", "3"), 2),
    ],
)
def test_names_come_first_and_a_label_only_where_no_class_has_that_name(asked, classes, label):
    assert find_class(asked, classes) == label
    if isinstance(asked, str):
        assert parse(f"class:'{asked}'", classes)[0].label == label


@pytest.mark.parametrize("asked", ["²", "-1", "", "3", "99999999999999999999", "٣", "1.0", " ", "a\nb", -1, 3])
def test_what_is_no_class_gets_one_sentence_that_names_them(asked):
    with pytest.raises(UserError, match=r"^there is no class .* among the 3 classes cat, dog, fox$"):
        find_class(asked, ("cat", "dog", "fox"))


def test_a_long_list_is_shortened_and_the_nearest_name_offered():
    with pytest.raises(UserError, match=r"n0000, n0001, .*, …, n0999; did you mean 'n0123'\?") as error:
        find_class("no123", MANY)
    assert len(str(error.value)) < 160


def test_a_class_that_was_never_seen_is_refused():
    with pytest.raises(UserError, match=r"class 'b' has no training image.* the 2 classes a, c$"):
        find_class("b", ("a", "b", "c"), {1})
    with pytest.raises(UserError, match="class 'b' has no training image"):
        parse("class:a - class:b", ("a", "b", "c"), {1})


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A conditional run on the classes 1, 2, 3 and 5, of which 2 has no training image."""
    place = tmp_path_factory.mktemp("classes")
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (64, 8, 8), np.uint8)
    label = np.array([0, 2, 3, 0] * 16)
    for part, rows in (("train", range(64)), ("test", range(8))):
        for i in rows:
            name = ("1", "2", "3", "5")[label[i] if part == "train" else i % 4]
            folder = place / "data" / part / name
            folder.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image[i]).save(folder / f"{i}.png")
    return sp.train(
        "cgan",
        str(place / "data"),
        steps=2,
        batch=8,
        seed=1,
        card=False,
        quiet=True,
        kernels="library",
        out=place / "run",
    )


def test_the_class_of_that_name_is_drawn(run):
    assert run.config["data"]["classes"] == ["1", "2", "3", "5"]
    assert np.array_equal(run.sample(3, label="3"), run.sample(3, label=2))
    assert np.array_equal(run.sample(3, label="5"), run.sample(3, label=3))
    assert not np.array_equal(run.sample(3, label="3"), run.sample(3, label=3))


def test_a_class_without_a_training_image_is_noted_and_not_drawn(run):
    assert run.data().unseen == (1,)
    assert "1 of 4 classes has no training image and will not be drawn: 2" in run.data().notes
    assert set(run.class_names(500)) == {"1", "3", "5"}
    assert run.traverse(2)["class"].shape[:2] == (3, 2)
    with pytest.raises(UserError, match="class '2' has no training image"):
        run.sample(2, label="2")
    with Image.open(run.folder.samples()[-1]) as grid:
        assert set(grid.info["classes"].split(", ")) == {"1", "3", "5"}
        assert grid.info["classes"].split(", ") == run.class_names(64, seed=1)


def test_rows_of_a_traversal_have_the_names_of_classes(run, tmp_path, monkeypatch):
    named = []
    rows_named = images.rows_named
    monkeypatch.setattr(images, "rows_named", lambda *a: named.append(a[1]) or rows_named(*a))
    output.save_traversals(run, tmp_path / "codes", columns=2)
    assert named == [["1", "3", "5"]]


def test_samples_carry_their_class(run, tmp_path, capsys):
    assert main(["sample", str(run.path), "-n", "6", "--out", str(tmp_path / "each")]) == 0
    names = run.class_names(6)
    for i, (path, name) in enumerate(zip(sorted((tmp_path / "each").iterdir()), names, strict=True)):
        assert path.name == f"{i:05d}-{name}.png"
        with Image.open(path) as picture:
            assert picture.info["class"] == name
    capsys.readouterr()
    assert main(["sample", str(run.path), "--class", "2"]) == 2
    assert main(["sample", str(run.path), "--class", "0"]) == 0
    path = capsys.readouterr().out.strip()
    assert path.endswith("samples-seed0-class1.png")
    with Image.open(path) as picture:
        assert picture.info["class"] == "1"
