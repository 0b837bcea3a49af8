"""Repeated images are counted exactly, by their pixels alone."""

import numpy as np
import pytest
from PIL import Image

from saddlepoint.cli import main
from saddlepoint.data.dataset import Split
from saddlepoint.data.repeats import count_repeats


@pytest.mark.parametrize("seed", range(3))
def test_the_count_is_that_of_distinct_arrays(seed):
    """Images of three pixels that take two values: most share a line, many are equal."""
    rng = np.random.default_rng(seed)
    array = rng.integers(0, 2, (40, 3, 1, 1)).astype(np.uint8)
    rows = rng.permutation(40)[:30]
    assert count_repeats(Split(array)) == 40 - len(np.unique(array, axis=0))
    assert count_repeats(Split(array, rows=rows)) == 30 - len(np.unique(array[rows], axis=0))


def test_only_equal_pixels_count():
    array = np.random.default_rng(0).integers(0, 256, (5000, 8, 8, 3)).astype(np.uint8)
    assert count_repeats(Split(array)) == 0
    array[4999] = array[17] = array[3]
    array[40] = array[41]
    array[50] = array[51]
    array[50, 0, 0, 0] ^= 1  # all else is equal, the middle line too
    assert count_repeats(Split(array)) == 3
    assert count_repeats(Split(array[:1])) == 0


def test_the_introduction_names_repeats(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SADDLE_CACHE", str(tmp_path / "cache"))
    rng = np.random.default_rng(1)
    for index in range(30):
        pixels = rng.integers(0, 256, (8, 8, 3), np.uint8)
        for copy in range(2):
            (tmp_path / "photos").mkdir(exist_ok=True)
            Image.fromarray(pixels).save(tmp_path / "photos" / f"{index}-{copy}.png")
    arguments = ["train", "--data", "photos", "--dry-run", "--kernels", "library", "--width", "4"]
    assert main(arguments) == 0
    output = capsys.readouterr().out
    count = int(output.partition(" training images")[0].split()[-1])
    assert f"{count // 2} of {count} training images are repeats, pixel for pixel" in output
    assert main(["train", "--dry-run", "--kernels", "library", "--width", "4"]) == 0
    assert "repeats" not in capsys.readouterr().out
