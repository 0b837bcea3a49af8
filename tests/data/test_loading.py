import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saddlepoint.core.errors import UserError
from saddlepoint.core.registry import first_line
from saddlepoint.data import load
from saddlepoint.data.request import sources


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("mnsit", "there is no data set 'mnsit', nor a folder or file of that name; did you mean 'mnist'?"),
        ("mnsit:/somewhere", "did you mean 'mnist'?"),
        ("photos/cats", "there is no file or folder 'photos/cats'"),
        ("cats.zip", "there is no file or folder 'cats.zip'"),
        ("mnist:nowhere", "there is no file or folder 'nowhere'"),
        ("digits:x", "takes nothing after its name"),
        ("digits@0", "ask for 1 to"),
        ("digits@5000", "5,000 of 1,407 training examples"),
        ("", "there is no data set ''"),
    ],
)
def test_a_wrong_source_is_named_with_what_to_do(source, said):
    with pytest.raises(UserError) as error:
        load(source)
    assert said in str(error.value)


@pytest.mark.parametrize("size", [-1, 1025, lambda side: 5000])
def test_sizes_out_of_range_are_refused(size):
    with pytest.raises(UserError, match="outside 1 to 1024"):
        load("digits", size=size)


def test_other_files_are_refused(tmp_path):
    (tmp_path / "a.tar.gz").write_bytes(b"\x1f\x8b\x08\0")
    with pytest.raises(UserError, match="unpack it"):
        load(str(tmp_path / "a.tar.gz"))
    Image.new("L", (4, 4)).save(tmp_path / "a.png")
    with pytest.raises(UserError, match="is one image"):
        load(str(tmp_path / "a.png"))


def test_a_path_may_end_like_a_count(tmp_path, monkeypatch):
    folder = tmp_path / "set@12"
    folder.mkdir()
    for index in range(20):
        Image.new("L", (4, 4), index).save(folder / f"{index}.png")
    assert load(str(folder)).name == "set-12"
    few = load(f"{folder}@5")
    assert len(few.train) == 5
    monkeypatch.chdir(tmp_path)
    relative = load("set@12@5")
    assert relative.source == few.source == f"{folder}@5"
    assert relative.fingerprint == few.fingerprint != load(str(folder)).fingerprint


def test_a_path_is_told_without_detours_that_lead_nowhere_else(tmp_path, monkeypatch):
    for name in ("beside", "far/deep"):
        (tmp_path / name).mkdir(parents=True)
    for folder in (tmp_path, tmp_path / "far"):
        np.save(folder / "set.npy", np.arange(20 * 64, dtype=np.uint8).reshape(20, 8, 8))
    monkeypatch.chdir(tmp_path / "beside")
    assert load("../set.npy").source == f"{tmp_path}/set.npy"
    (tmp_path / "beside" / "link").symlink_to(tmp_path / "far" / "deep")
    assert load("link/../set.npy").source == f"{tmp_path}/beside/link/../set.npy"  # the set in far


def test_every_source_has_one_line_of_help():
    assert {"digits", "mnist", "fashion", "kmnist", "cifar10", "ring8", "grid25", "mixture1d"} <= set(
        sources.names()
    )
    for _, source in sources.items():
        assert 10 < len(first_line(source)) < 110


def test_reading_digits_needs_neither_torch_nor_scikit_learn():
    code = (
        "import sys, saddlepoint.data as d; early = 'PIL' in sys.modules; d.load('digits');"
        "print(early, *(name for name in ('torch', 'sklearn') if name in sys.modules))"
    )
    root = Path(__file__).parents[2]
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert found.stdout.strip() == "False"


def test_spec_describes_the_training_split():
    spec = load("digits").spec
    assert (spec.kind, spec.size, spec.channels, len(spec.classes)) == ("images", 8, 1, 10)
    assert spec.mean is not None
    mean = spec.mean()
    assert mean.shape == (8, 8, 1)
    assert 0 <= np.min(mean) < np.max(mean) <= 1
