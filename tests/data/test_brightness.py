"""Sets that are nearly black are named, with what would make them bright."""

import numpy as np
import pytest

from saddlepoint.cli import main
from saddlepoint.data.brightness import DARK, dark_peak
from saddlepoint.data.dataset import Split


@pytest.mark.parametrize(
    ("level", "found"), [(1, 1), (16, 16), (DARK - 1, DARK - 1), (DARK, None), (255, None)]
)
def test_one_bright_level_anywhere_is_enough(level, found):
    array = np.zeros((3000, 2, 2, 1), np.uint8)
    array[2999, 1, 1] = level
    assert dark_peak(Split(array)) == found
    assert dark_peak(Split(array, rows=np.arange(2999))) == 0


def test_the_introduction_names_them(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SADDLE_CACHE", str(tmp_path / "cache"))
    digits = np.random.default_rng(0).integers(0, 17, (30, 8, 8)).astype(float)
    for name, scale in (("sixteen", 1), ("bytes", 15)):
        np.save(tmp_path / f"{name}.npy", digits * scale)
        assert main(["train", "--data", f"{name}.npy", "--steps", "1", "--width", "4", "--dry-run"]) == 0
        told = " ".join(capsys.readouterr().out.split())
        assert (
            "nearly black: the largest level is 16 of 255; if that is white, multiply by 15.9375" in told
        ) == (scale == 1)
