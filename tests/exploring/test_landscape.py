"""A learned density of the plane beside the truth, from the command line, and who has none."""

import numpy as np
import pytest

import saddlepoint as sp
from saddlepoint.cli import main


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("plane") / "run"
    return sp.train("vae", "ring8", steps=1, batch=8, hidden=4, latent=1, out=out, quiet=True)


def test_the_array_has_the_density_of_each_point_and_the_picture_both(run, tmp_path):
    assert main(["sample", str(run.path), "--density", "--out", str(tmp_path / "plane.npy")]) == 0
    found = np.load(tmp_path / "plane.npy")
    assert found.shape == (240 * 240, 3)
    expected, _ = run.log_density(found[:, :2].astype(np.float32))
    assert np.allclose(found[:, 2], expected)
    assert main(["sample", str(run.path), "--density"]) == 0
    assert (run.path / "density-seed0.png").stat().st_size > 5_000


def test_a_plane_is_not_drawn_by_the_number(run, capsys):
    assert main(["sample", str(run.path), "--density", "-n", "3"]) == 2
    assert "leave out -n" in capsys.readouterr().err
