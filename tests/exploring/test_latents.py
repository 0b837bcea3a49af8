"""Walks, sums and neighbours of a real, tiny run: what the pictures hold, from Python and the command line."""

import numpy as np
import pytest
import torch
from PIL import Image

import saddlepoint as sp
from saddlepoint.cli import main
from saddlepoint.evaluate.encoder import Encoder, Encoding
from saddlepoint.exploring import concepts, nearest, save_walks
from saddlepoint.plots.grid import GAP
from saddlepoint.sampling.samples import evaluating


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SADDLE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("explored") / "run"
    return sp.train("dcgan", "digits", steps=4, batch=8, width=4, out=out, quiet=True)


@pytest.fixture(scope="module")
def points(tmp_path_factory):
    out = tmp_path_factory.mktemp("explored") / "points"
    return sp.train("mlp_gan", "ring8", steps=2, batch=8, out=out, quiet=True)


@pytest.fixture
def judged(monkeypatch):
    """A judge that is quick: the class is that of the brightness of the first pixel."""

    def apply(images):
        label = (images[:, 0, 0, 0] > 127).astype(int)
        return Encoding(images.reshape(len(images), -1).astype(np.float32), np.eye(10, dtype=np.float32)[label])

    judge = Encoder("judge", "0" * 12, apply)
    for module in (concepts, nearest):
        monkeypatch.setattr(module, "find_encoder", lambda name, data, report=None: judge)
    return judge


def same_bytes_twice(run, tmp_path, capsys, *arguments):
    pictures = []
    for name in ("one.png", "two.png"):
        assert main(["sample", str(run.path), *arguments, "--out", str(tmp_path / name)]) == 0
        assert capsys.readouterr().out.endswith(f"{tmp_path / name}\n")
        pictures.append((tmp_path / name).read_bytes())
    assert pictures[0] == pictures[1]
    with Image.open(tmp_path / "one.png") as picture:
        picture.load()
        assert picture.info["run"] == run.path.name
        assert picture.info["weights"] == run.folder.latest().weights_hash
        return picture


def test_walks_begin_and_end_at_the_samples_of_the_seed(run):
    walks = run.interpolate(3, steps=5, seed=2)
    assert walks.shape == (3, 5, 8, 8, 1)
    samples = run.sample(4, seed=2)
    assert np.array_equal(walks[:, 0], samples[:3])
    assert np.array_equal(walks[:, -1], samples[1:])
    assert not np.array_equal(walks[:, 2], samples[:3])


def test_walks_as_a_picture_and_an_array(run, points, tmp_path, capsys):
    picture = same_bytes_twice(run, tmp_path, capsys, "--interpolate", "-n", "2", "--seed", "1")
    assert picture.width > 4 * picture.height
    assert picture.info["walks"] == "samples 0 to 2, one row from each"
    assert main(["sample", str(points.path), "--interpolate", "--out", str(tmp_path / "walks.npy")]) == 0
    assert np.load(tmp_path / "walks.npy").shape == (8, 10, 2)
    assert main(["sample", str(points.path), "--interpolate"]) == 0
    assert (points.path / "walks-seed0.png").exists()


def test_walks_are_enlarged_as_samples_are(run, tmp_path):
    run_ = str(run.path)
    assert main(["sample", run_, "--out", str(tmp_path / "samples.png")]) == 0
    assert main(["sample", run_, "--interpolate", "-n", "3", "--out", str(tmp_path / "walks.png")]) == 0
    sizes = []
    for name in ("samples.png", "walks.png"):
        with Image.open(tmp_path / name) as picture:
            sizes.append(picture.size)
    samples, walks = sizes
    side = (samples[0] - 7 * GAP) // 8
    assert walks == (10 * side + 9 * GAP, 3 * side + 2 * GAP)


def test_walks_as_a_film_go_there_and_back(run, tmp_path, capsys):
    out = tmp_path / "walk.gif"
    assert main(["sample", str(run.path), "--interpolate", "-n", "2", "--seed", "4", "--out", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    walks = run.interpolate(2, steps=30, seed=4)
    with Image.open(out) as film:
        assert film.n_frames == 58  # pyright: ignore[reportAttributeAccessIssue]
        assert film.info["loop"] == 0
        for place, step in ((0, 0), (29, 29), (57, 1)):
            film.seek(place)
            scale = (film.width - GAP) // 16
            shown = np.asarray(film.convert("L"))[scale // 2 :: scale, scale // 2 : 8 * scale : scale]
            assert np.abs(shown.astype(int) - walks[0, step, ..., 0]).max() <= 1
    with Image.open(save_walks(run, tmp_path / "few.webp", 1, steps=3)) as film:
        assert film.format == "WEBP"
        assert film.width == film.height  # one walk


def test_truncation_is_reachable_everywhere_and_changes_no_sample_at_1(run, tmp_path):
    assert np.array_equal(run.sample(3, truncation=1.0), run.render(run.latents(3)))
    torch.testing.assert_close(run.latents(3, truncation=0.25), run.latents(3) / 4)
    still = run.sample(3, truncation=0)
    assert (still == still[0]).all()
    out = tmp_path / "few.npy"
    assert main(["sample", str(run.path), "-n", "3", "--truncation", "0.5", "--out", str(out)]) == 0
    assert np.array_equal(np.load(out), run.sample(3, truncation=0.5))


def test_a_sum_of_samples(run):
    samples = run.sample(8, seed=3)
    alone = run.arithmetic("7", seed=3)
    assert np.array_equal(alone.result, samples[7])
    assert np.array_equal(alone.around[4], alone.result)
    assert not np.array_equal(alone.around[0], alone.result)
    found = run.arithmetic("3,5 - 1 + 0", seed=3)
    latents = run.latents(8, seed=3)
    expected = (latents[3] + latents[5]) / 2 - latents[1] + latents[0]
    torch.testing.assert_close(found.latent[0], expected)
    assert np.array_equal(found.result, run.render(expected[None])[0])
    assert [concept.sign for concept in found.concepts] == [1, -1, 1]
    assert np.array_equal(found.concepts[0].exemplars, samples[[3, 5]])
    assert np.array_equal(found.concepts[1].average, samples[1])
    assert np.array_equal(run.arithmetic("2 - 2 + 6", seed=3).result, samples[6])


def test_a_class_is_the_first_samples_that_the_judge_assigns_to_it(run, judged):
    found = run.arithmetic("class:1 - class:0", seed=5)
    labels = judged.encode(run.sample(100, seed=5)).logits.argmax(1)
    for concept, label in zip(found.concepts, (1, 0), strict=True):
        assert concept.samples == tuple(np.flatnonzero(labels == label)[:3])
        assert (judged.encode(concept.exemplars).logits.argmax(1) == label).all()
    with pytest.raises(
        sp.UserError, match="finds only 0 of 3 samples of class '8' among the first 2048 of seed 5"
    ):
        run.arithmetic("class:1 + class:8", seed=5)


def test_a_conditional_recipe_draws_its_classes_itself(run, monkeypatch):
    family, asked = run.family, []
    draw = family.latent

    def heeding(n, *, rng, condition=None):
        asked.append(condition)
        return draw(n, rng=rng) + (0 if condition is None else condition[:, None])

    monkeypatch.setattr(type(family), "conditional", True)
    monkeypatch.setattr(family, "latent", heeding)
    found = run.arithmetic("class:3 - 5", seed=1)
    assert found.concepts[0].samples == (0, 1, 2)
    assert np.array_equal(found.concepts[0].exemplars, run.sample(3, seed=1, label=3))
    assert np.array_equal(found.concepts[1].average, run.sample(6, seed=1)[5])
    assert asked[0][:3].tolist() == [3, 3, 3]
    assert asked[1] is None


def test_a_sum_as_a_picture_names_its_samples(run, judged, tmp_path, capsys):
    picture = same_bytes_twice(run, tmp_path, capsys, "--arithmetic", "3,4 - class:1", "--truncation", "0.9")
    first = ",".join(map(str, run.arithmetic("class:1", truncation=0.9).concepts[0].samples))
    assert picture.info["arithmetic"] == f"3,4 - class:1 ({first})"
    assert picture.info["truncation"] == "0.9"


def test_neighbours_are_the_nearest_training_images(run):
    found = run.neighbours(3, k=4, seed=1)
    train = run.data().train
    images, _ = train.take(np.arange(len(train)))
    gaps = run.sample(3, seed=1)[:, None].astype(float) - images
    exact = np.sqrt((gaps**2).sum((2, 3, 4)))
    np.testing.assert_allclose(found.distance, np.sort(exact, 1)[:, :4])
    np.testing.assert_allclose(np.take_along_axis(exact, found.index, 1), found.distance)
    assert np.array_equal(found.images, images[found.index])
    assert (found.space, found.searched) == ("pixels", len(train))


def test_neighbours_in_features(run, judged, tmp_path, capsys):
    found = run.neighbours(3, encoder="judge", seed=1)
    assert found.space == "features of judge"
    # This encoder's features are the pixels.
    np.testing.assert_allclose(found.distance, run.neighbours(3, seed=1).distance, rtol=1e-6)
    picture = same_bytes_twice(run, tmp_path, capsys, "--neighbours", "-n", "2", "--encoder", "judge")
    assert picture.info["neighbours"] == "in features of judge"
    assert main(["sample", str(run.path), "--neighbours", "--out", str(tmp_path / "pairs.npy")]) == 0
    pairs = np.load(tmp_path / "pairs.npy")
    assert pairs.shape == (8, 6, 8, 8, 1)
    assert np.array_equal(pairs[:, 0], run.sample(8))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--arithmetic", "3 + frog"], "cannot read 'frog'"),
        (["--arithmetic", "3", "-n", "2"], "--arithmetic makes one picture; leave out -n"),
        (["--arithmetic", "3", "--interpolate"], "not allowed with argument"),
        (["--encoder", "judge"], "add --neighbours or leave it out"),
        (["--interpolate", "-n", "0"], "-n must be at least 1, got 0"),
        (["--interpolate", "--out", "walks/"], "--out walks must end in .png, .gif, .webp or .npy"),
        (
            ["--traverse", "--class", "3"],
            "--traverse draws every value of every code and has no use for --class",
        ),
        (["--traverse", "--truncation", "0.5"], "has no use for --truncation; leave it out"),
        (["--traverse", "-n", "4"], "has no use for -n; leave it out"),
        (["--truncation", "1.5"], "--truncation must be from 0 (the mean) to 1 (as in training), got 1.5"),
        (["--truncation", "nan"], "--truncation must be from 0"),
        (["--neighbours", "--encoder", "jugde"], "did you mean 'judge'?"),
    ],
)
def test_mistakes_get_one_sentence(run, arguments, message, capsys):
    assert main(["sample", str(run.path), *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("flags", [["--neighbours"], ["--arithmetic", "1 + 2"]])
def test_points_have_no_such_pictures(points, flags, capsys):
    assert main(["sample", str(points.path), *flags]) == 2
    assert f"{flags[0]} needs a run on images" in capsys.readouterr().err


def test_small_numbers_are_refused(run):
    for mistaken in (lambda: run.interpolate(2, steps=1), lambda: run.neighbours(2, k=0)):
        with pytest.raises(sp.UserError):
            mistaken()


def test_a_walk_in_one_part_of_the_latent_leaves_the_rest_alone(tmp_path, capsys):
    run = sp.train(
        "style_structure", "scenes:16:64", steps=3, batch=8, width=8, out=tmp_path / "run", quiet=True
    )
    walks = run.interpolate(3, steps=4, part="style")
    assert walks.shape == (3, 4, 2, 16, 16, 3)
    assert (walks[:, :, 1] == walks[:, :1, 1]).all()  # one structure
    latents = run.latents(2)
    same = {"structure": latents["structure"][:1].expand(2, -1), "style": latents["style"]}
    with torch.no_grad(), evaluating(run.family, None):
        painted = run.family.sample(same)
    assert not torch.equal(painted[0, :3], painted[1, :3])  # by less than a byte tells, after three steps
    structures = run.interpolate(3, steps=4, part="structure")
    assert (structures[:, 0, 1] != structures[:, -1, 1]).any()
    assert np.array_equal(structures[:, 0], walks[:, 0])  # both begin with the samples
    assert main(["sample", str(run.path), "--interpolate", "--part", "style", "-n", "2"]) == 0
    assert capsys.readouterr().out.strip().endswith("walks-style-seed0-n2.png")
    with pytest.raises(sp.UserError, match="has no part 'styl'; it has structure and style"):
        run.interpolate(2, part="styl")


def test_a_latent_of_one_piece_has_no_parts(run, capsys):
    with pytest.raises(sp.UserError, match="has no part 'style'; it is one piece"):
        run.interpolate(2, part="style")
    assert main(["sample", str(run.path), "--part", "style"]) == 2
    assert "add --interpolate or leave it out" in capsys.readouterr().err
