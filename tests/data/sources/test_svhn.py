"""SVHN as it is published, in MATLAB's files, on few digits."""

import hashlib

import numpy as np
import pytest
from scipy.io import savemat

from saddlepoint.core.errors import UserError
from saddlepoint.data import load
from saddlepoint.data.sources import svhn


def put(folder, part, count, **other):
    rng = np.random.default_rng(count)
    images = rng.integers(0, 256, (32, 32, 3, count), np.uint8)
    label = (np.arange(count) % 10 + 1).astype(np.uint8)[:, None]
    content = {"X": images, "y": label, **other}
    savemat(folder / f"{part}_32x32.mat", content, do_compression=True)
    return content


def test_digits_and_splits_are_those_of_the_files(tmp_path):
    train, test = put(tmp_path, "train", 40), put(tmp_path, "test", 20)
    data = load(f"svhn:{tmp_path}")
    assert (data.name, data.shape, data.classes) == ("svhn", (32, 32, 3), tuple("0123456789"))
    assert {part: len(split) for part, split in data.splits.items()} == {
        "train": 40,
        "validation": 4,
        "test": 20,
    }
    images, label = data.train.take(np.arange(40))
    np.testing.assert_array_equal(images[7], train["X"][..., 7])
    np.testing.assert_array_equal(label, train["y"].ravel() % 10)  # 10 is the digit 0
    images, _ = data.splits["test"].take(np.array([3]))
    np.testing.assert_array_equal(images[0], test["X"][..., 3])
    assert load(f"svhn:{tmp_path}").key == data.key
    put(tmp_path, "train", 50)
    assert len(load(f"svhn:{tmp_path}").train) == 50  # the cache is not used for other files


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (
            {"X": np.zeros((28, 28, 3, 20), np.uint8)},
            r"is uint8 \(28, 28, 3, 20\), where SVHN has uint8 \(32, 32",
        ),
        ({"X": np.zeros((32, 32, 3, 20))}, r"is float64 \(32, 32, 3, 20\), where"),
        ({"y": np.zeros((20, 1), np.uint8)}, "is not one digit, 1 to 10, for each of 20 images"),
        ({"y": np.ones((19, 1), np.uint8)}, "is not one digit"),
    ],
)
def test_what_is_not_svhn_is_refused(tmp_path, other, said):
    put(tmp_path, "train", 20)
    put(tmp_path, "test", 20, **other)
    with pytest.raises(UserError, match=said):
        load(f"svhn:{tmp_path}")


def test_a_missing_file_is_named(tmp_path):
    put(tmp_path, "train", 20)
    with pytest.raises(UserError, match=r"has no test_32x32.mat; give the folder with SVHN's"):
        load(f"svhn:{tmp_path}")


@pytest.fixture
def published(server, tmp_path, monkeypatch):
    """A server of few digits in the place of the published ones; the folder that has them too."""
    sums = {}
    for part, count in (("train", 40), ("test", 20)):
        put(tmp_path, part, count)
        content = (tmp_path / f"{part}_32x32.mat").read_bytes()
        server.files[f"{part}_32x32.mat"] = content
        sums[f"{part}_32x32.mat"] = hashlib.md5(content, usedforsecurity=False).hexdigest()
    monkeypatch.setattr(svhn, "FILES", sums)
    return tmp_path


def test_both_files_are_downloaded_once_and_resumed_where_they_broke(server, published, monkeypatch):
    monkeypatch.setattr(svhn, "MIRROR", server.address("drops-once", ""))
    said = []
    data = load("svhn", report=lambda *call: said.append(call))
    assert data.fingerprint == load(f"svhn:{published}").fingerprint
    assert (len(data.train), len(data.splits["test"])) == (40, 20)
    half = len(server.files["train_32x32.mat"]) // 2
    assert server.asked == [
        ("/drops-once/train_32x32.mat", None),
        ("/drops-once/train_32x32.mat", f"bytes={half}-"),
        ("/drops-once/test_32x32.mat", None),
        ("/drops-once/test_32x32.mat", f"bytes={len(server.files['test_32x32.mat']) // 2}-"),
    ]
    assert ("downloading test_32x32.mat", *2 * (len(server.files["test_32x32.mat"]),)) in said
    assert load("svhn").key == data.key
    assert len(server.asked) == 4


def test_other_bytes_than_the_published_ones_are_not_kept(server, published, monkeypatch, cache_folder):
    for manner, said in (("wrong", "another checksum"), ("missing", "HTTP 404")):
        monkeypatch.setattr(svhn, "MIRROR", server.address(manner, ""))
        with pytest.raises(
            UserError, match=rf"cannot download train_32x32\.mat .*{said}.*name their folder as svhn:FOLDER"
        ):
            load("svhn")
    assert not [path for path in cache_folder.rglob("*.mat*") if path.suffix != ".lock"]
