"""STL-10 as it is published, in binary files, on few images."""

import hashlib
import tarfile
import threading

import numpy as np
import pytest

from saddlepoint.core.errors import UserError
from saddlepoint.data import load
from saddlepoint.data.request import Request
from saddlepoint.data.sources import stl10

COUNTS = {"train": 20, "test": 12, "unlabeled": 15}


@pytest.fixture
def folder(tmp_path):
    for part, count in COUNTS.items():
        rng = np.random.default_rng(count)
        rng.integers(0, 256, (count, 3, 96, 96), np.uint8).tofile(tmp_path / f"{part}_X.bin")
        if part != "unlabeled":
            (np.arange(count) % 10 + 1).astype(np.uint8).tofile(tmp_path / f"{part}_y.bin")
    return tmp_path


def test_images_lie_column_by_column_and_classes_begin_at_one(folder):
    data = load(f"stl10:{folder}")
    assert (data.shape, data.classes[0], data.classes[9]) == ((96, 96, 3), "airplane", "truck")
    assert (len(data.train), len(data.splits["test"])) == (20, 12)
    assert set(data.splits["validation"].all_rows.tolist()) < set(range(20))
    images, label = data.train.take(np.array([3]))
    raw = np.fromfile(folder / "train_X.bin", np.uint8)[3 * 27_648 :]
    assert images[0, 0, 0].tolist() == [raw[0], raw[9_216], raw[2 * 9_216]]
    assert images[0, 1, 0, 0] == raw[1]  # the next byte is the next row
    assert images[0, 0, 1, 0] == raw[96]
    assert label is not None
    assert label.tolist() == [3]
    assert load(f"stl10:{folder}").key == data.key


def test_the_unlabelled_ones_have_no_classes_and_the_test_set_of_the_others(folder):
    data = load(f"stl10_unlabeled:{folder}", size=48)
    assert (data.shape, data.classes, data.train.label) == ((48, 48, 3), (), None)
    assert (len(data.train), len(data.splits["test"])) == (15, 12)


def test_an_archive_unpacks_to_the_same_files(folder, tmp_path_factory):
    place = tmp_path_factory.mktemp("archive")
    with tarfile.open(place / "x.tar.gz", "w:gz") as archive:
        for path in folder.iterdir():
            archive.add(path, f"stl10_binary/{path.name}")
        archive.add(folder / "train_y.bin", "../elsewhere/fold_indices.txt")
    out = tmp_path_factory.mktemp("out")
    stl10.unpack(place / "x.tar.gz", out, Request("stl10"))
    assert {path.name for path in out.iterdir()} == {path.name for path in folder.iterdir()}
    assert (out / "train_X.bin").read_bytes() == (folder / "train_X.bin").read_bytes()
    (place / "x.tar.gz").write_bytes((place / "x.tar.gz").read_bytes()[:5_000])
    with pytest.raises(UserError, match=r"cannot read .*x\.tar\.gz"):
        stl10.unpack(place / "x.tar.gz", out, Request("stl10"))


@pytest.fixture
def published(server, folder, tmp_path_factory, monkeypatch):
    """A server of an archive as the published one is, of few images; the folder that has its files."""
    path = tmp_path_factory.mktemp("served") / stl10.ARCHIVE
    with tarfile.open(path, "w:gz") as archive:
        archive.add(folder, "stl10_binary", recursive=False)
        for name in ("test_X.bin", "test_y.bin", "train_X.bin", "train_y.bin", "unlabeled_X.bin"):
            archive.add(folder / name, f"stl10_binary/{name}")
        for name in ("class_names.txt", "fold_indices.txt"):
            archive.add(folder / "test_y.bin", f"stl10_binary/{name}")
    content = server.files[stl10.ARCHIVE] = path.read_bytes()
    monkeypatch.setattr(stl10, "MD5", hashlib.md5(content, usedforsecurity=False).hexdigest())
    return folder


def test_the_archive_is_downloaded_once_for_both_sets_and_goes(server, published, monkeypatch, cache_folder):
    monkeypatch.setattr(stl10, "MIRROR", server.address("drops-once", ""))
    data = load("stl10")
    assert data.fingerprint == load(f"stl10:{published}").fingerprint
    assert load("stl10_unlabeled").fingerprint == load(f"stl10_unlabeled:{published}").fingerprint
    half = len(server.files[stl10.ARCHIVE]) // 2
    address = f"/drops-once/{stl10.ARCHIVE}"
    assert server.asked == [(address, None), (address, f"bytes={half}-")]
    left = {path.name for path in (cache_folder / "downloads" / "stl10").iterdir() if path.suffix != ".lock"}
    assert left == {path.name for path in published.iterdir()}


def test_who_comes_while_another_unpacks_waits_and_downloads_nothing(server, published, monkeypatch):
    monkeypatch.setattr(stl10, "MIRROR", server.address("good", ""))
    reached, go, unpack = threading.Event(), threading.Event(), stl10.unpack

    def slowly(*given):
        reached.set()
        assert go.wait(20)
        unpack(*given)

    monkeypatch.setattr(stl10, "unpack", slowly)
    found = []
    first = threading.Thread(target=lambda: found.append(load("stl10")))
    first.start()
    assert reached.wait(20)

    def report(what, done, total):
        if what == "another process prepares stl10":
            go.set()

    found.append(load("stl10", report=report))
    first.join()
    assert found[0].fingerprint == found[1].fingerprint
    assert len(server.asked) == 1


def test_an_archive_with_other_bytes_is_not_unpacked(server, published, monkeypatch, cache_folder):
    for manner, said in (("wrong", "another checksum"), ("missing", "HTTP 404")):
        monkeypatch.setattr(stl10, "MIRROR", server.address(manner, ""))
        with pytest.raises(
            UserError,
            match=rf"cannot download stl10_binary\.tar\.gz .*{said}.*name its folder as stl10:FOLDER",
        ):
            load("stl10_unlabeled")
    assert not [path for path in cache_folder.rglob("*.*") if path.suffix != ".lock"]


def test_what_is_cut_or_missing_is_named(folder):
    (folder / "train_y.bin").write_bytes(b"\x01" * 19)
    with pytest.raises(UserError, match=r"train_y.bin is not one class, 1 to 10, for each of 20 images"):
        load(f"stl10:{folder}")
    (folder / "train_y.bin").write_bytes(b"\x01" * 20)
    (folder / "test_X.bin").write_bytes(b"\x01" * 1_000)
    with pytest.raises(UserError, match=r"test_X.bin is not a number of images of 27,648 bytes"):
        load(f"stl10:{folder}")
    (folder / "test_X.bin").unlink()
    with pytest.raises(
        UserError, match=r"has no test_X.bin; give the folder that stl10_binary.tar.gz unpacks to"
    ):
        load(f"stl10:{folder}")
