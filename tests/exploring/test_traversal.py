"""Codes of a run: set one by one, read back, and drawn."""

import json

import numpy as np
import pytest
from PIL import Image

import saddlepoint as sp
from saddlepoint.cli import main
from saddlepoint.plots.grid import grid
from saddlepoint.scoring.scoring import told_figures


@pytest.fixture(scope="module")
def infogan(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "infogan"
    flags: dict = {"width": 4, "hidden": 16, "continuous": 1}
    return sp.train("infogan", "digits", steps=2, batch=16, out=out, quiet=True, **flags)


@pytest.fixture(scope="module")
def cgan(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "conditional"
    return sp.train("conditional_dcgan", "digits", steps=2, batch=16, width=4, hidden=16, out=out, quiet=True)


def test_a_traversal_has_a_row_a_value_and_a_column_a_latent(infogan):
    found = infogan.traverse(columns=3, seed=4)
    assert {name: samples.shape for name, samples in found.items()} == {
        "c1": (10, 3, 8, 8, 1),
        "c2": (10, 3, 8, 8, 1),
    }
    assert not np.array_equal(found["c2"][0], found["c2"][-1])
    assert np.array_equal(infogan.traverse(columns=2, seed=4)["c1"], found["c1"][:, :2])


def test_a_row_of_a_class_is_what_sampling_the_class_gives(cgan):
    rows = cgan.traverse(columns=5, seed=2)["class"]
    for label in (0, 7):
        assert np.array_equal(rows[label], cgan.sample(5, seed=2, label=label))
    assert not np.array_equal(rows[0], rows[7])


def test_the_command_writes_a_grid_a_code(infogan, tmp_path, capsys):
    assert main(["sample", str(infogan.path), "--traverse", "--out", str(tmp_path / "out")]) == 0
    paths = capsys.readouterr().out.split()
    assert [path.rsplit("/", 1)[1] for path in paths] == ["c1.png", "c2.png"]
    with Image.open(paths[0]) as picture:
        assert picture.text["code"] == "c1"  # type: ignore[attr-defined]
        named = np.array(picture)
    bare = np.array(grid(infogan.traverse()["c1"].reshape(-1, 8, 8, 1), columns=10))
    assert named.shape[0] > bare.shape[0]  # a title above, and names at the left
    assert np.array_equal(named[-bare.shape[0] :, -bare.shape[1] :, 0], bare)
    rows = np.array_split(named[-bare.shape[0] :, : -bare.shape[1], 0], 10)
    assert all(row.min() < 128 for row in rows)
    assert main(["sample", str(infogan.path), "--traverse", "--out", str(tmp_path / "a.png")]) == 2


def test_a_recipe_without_codes_says_so(tmp_path, capsys):
    run = sp.train("ebgan", "digits", steps=1, batch=16, width_g=8, width_d=8, out=tmp_path / "r", quiet=True)
    assert main(["sample", str(run.path), "--traverse"]) == 2
    assert "has no codes" in capsys.readouterr().err
    assert main(["evaluate", str(run.path), "--knn"]) == 2
    assert "not conditional" in capsys.readouterr().err


def test_codes_are_sampled_and_never_labels(infogan):
    """The same step on data without labels gives the same terms: labels are not looked at."""
    import torch

    from saddlepoint.core.protocol import Batch

    family = infogan.family.eval()
    rng = torch.Generator().manual_seed(0)
    latent = family.latent(400, rng=rng)
    assert {int(k) for k in latent["category"].unique()} == set(range(10))
    assert latent["continuous"].abs().max() <= 1
    real = torch.rand(400, 1, 8, 8)
    label = torch.zeros(400, dtype=torch.int64)
    terms = [
        family.terms(player, Batch(real, given), latent, family.generate(latent, Batch(real, given)))
        for player in ("d", "g")
        for given in (None, label)
    ]
    for without, with_labels in (terms[:2], terms[2:]):
        for name in without.minimise:
            assert torch.equal(without.minimise[name], with_labels.minimise[name])
        assert without.minimise["information"] == -without.watch["information"]


def test_the_card_of_a_run_with_codes_has_their_error(infogan):
    figures = told_figures(infogan, infogan.data())
    assert 0 <= (figures["code_error"].value or 0) <= 0.9
    assert told_figures(infogan, infogan.data(), named=True) == {}


def test_nearest_neighbours_of_class_conditional_samples(cgan):
    figure = told_figures(cgan, cgan.data(), knn=105)["knn_accuracy"]
    assert figure.samples == 105
    assert 0 <= (figure.value or 0) <= 1
    assert (figure.real or 0) > 0.5
    json.dumps(figure.detail)


def test_data_without_labels_are_refused(tmp_path):
    np.save(tmp_path / "grey.npy", np.zeros((40, 8, 8), np.uint8))
    with pytest.raises(sp.UserError, match="no labels"):
        sp.train("cgan", str(tmp_path / "grey.npy"), steps=1, out=tmp_path / "run", quiet=True)
