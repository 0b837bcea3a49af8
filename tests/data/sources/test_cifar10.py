import hashlib
import io
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from saddlepoint.core.errors import UserError
from saddlepoint.data import load
from saddlepoint.data.sources import cifar10
from saddlepoint.data.sources.cifar10 import BATCHES, CLASSES


@pytest.fixture(scope="module")
def batches(tmp_path_factory) -> Iterator[Path]:
    """Six batches of noise in the binary form."""
    folder = tmp_path_factory.mktemp("cifar") / "cifar-10-batches-bin"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for name in BATCHES:
        rows = rng.integers(0, 256, (10_000, 3073), np.uint8)
        rows[:, 0] %= 10
        rows.tofile(folder / name)
    yield folder
    shutil.rmtree(folder)


def test_batches_are_read_in_order(batches):
    data = load(f"cifar10:{batches}")
    raw = np.fromfile(batches / BATCHES[1], np.uint8).reshape(10_000, 3073)
    image, label = data.train.take(np.array([10_007]))
    np.testing.assert_array_equal(image[0, 2, 5], raw[7, 1 + 2 * 32 + 5 :: 1024])
    assert label is not None
    assert label[0] == raw[7, 0]
    assert {part: len(split) for part, split in data.splits.items()} == {
        "train": 50_000,
        "validation": 5_000,
        "test": 10_000,
    }
    assert data.classes == CLASSES
    assert len(load(f"cifar10:{batches}", hold_out=True).train) == 45_000


def test_the_archive_is_unpacked_into_the_cache_once(batches, tmp_path):
    path = tmp_path / "cifar-10-binary.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=0) as archive:
        archive.add(batches, batches.name)
    expected, calls = load(f"cifar10:{batches}"), []
    for _ in range(2):
        data = load(f"cifar10:{path}", report=lambda *call: calls.append(call))
        assert data.fingerprint == expected.fingerprint
        assert isinstance(data.train.array, np.memmap)
    path.unlink()
    assert len(calls) == 6
    np.testing.assert_array_equal(data.train.array[::997], expected.train.array[::997])


def test_the_archive_is_downloaded_once(server, monkeypatch):
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz", compresslevel=1) as archive:
        for name in ("batches.meta.txt", *BATCHES, "readme.html"):
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            body = bytearray(30_730_000 if name in BATCHES else 88)
            body[0] = BATCHES.index(name) if name in BATCHES else 99  # the class of the first image
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    served = server.files[cifar10.ARCHIVE] = content.getvalue()
    monkeypatch.setattr(cifar10, "MIRRORS", [server.address(manner, "") for manner in ("missing", "wrong")])
    monkeypatch.setattr(cifar10, "MD5", hashlib.md5(served, usedforsecurity=False).hexdigest())
    said = r"HTTP 404; .*another checksum.*get it elsewhere and give its path: --data cifar10:PATH"
    with pytest.raises(UserError, match=said):
        load("cifar10")
    server.asked.clear()
    monkeypatch.setattr(cifar10, "MIRRORS", [server.address("drops-once", "")])
    data = load("cifar10")
    assert data.train.label is not None
    assert data.train.label[:50_000:10_000].tolist() == [0, 1, 2, 3, 4]
    assert [asked for _, asked in server.asked] == [None, f"bytes={len(served) // 2}-"]
    assert load("cifar10").key == data.key
    assert len(server.asked) == 2


def test_damaged_batches_are_named(batches, tmp_path):
    (tmp_path / "b").mkdir()
    for name in BATCHES:
        (tmp_path / "b" / name).symlink_to(batches / name)
    content = (batches / BATCHES[2]).read_bytes()
    (tmp_path / "b" / BATCHES[2]).unlink()
    (tmp_path / "b" / BATCHES[2]).write_bytes(content[:-1])
    with pytest.raises(UserError, match=r"data_batch_3\.bin is not 10,000 rows"):
        load(f"cifar10:{tmp_path / 'b'}")
    (tmp_path / "b" / BATCHES[2]).write_bytes(b"\x0b" + content[1:])
    with pytest.raises(UserError, match="holds a class 11"):
        load(f"cifar10:{tmp_path / 'b'}")
    (tmp_path / "b" / BATCHES[2]).unlink()
    with pytest.raises(UserError, match=r"cannot read .*data_batch_3\.bin"):
        load(f"cifar10:{tmp_path / 'b'}")


def test_other_archives_and_folders_are_refused(tmp_path):
    path = tmp_path / "other.tar.gz"
    with tarfile.open(path, "w:gz"):
        pass
    with pytest.raises(UserError, match=r"has no data_batch_1\.bin"):
        load(f"cifar10:{path}")
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(UserError, match=r"cannot read|has no"):
        load(f"cifar10:{path}")
    for index in range(12):
        Image.new("RGB", (4, 4), (index, 0, 0)).save(tmp_path / f"{index}.png")
    with pytest.raises(UserError, match="is not CIFAR-10"):
        load(f"cifar10:{tmp_path}")


def test_folders_of_the_real_images(real_data, tmp_path, monkeypatch):
    # The test images alone, 900 of each class in the place of the training images: many files take long.
    with tarfile.open(real_data / "cifar10" / "cifar10-test.tar.xz") as archive:
        for member in archive:
            part = "train" if Path(member.name).stem < "0900" else "test"
            archive.extract(member, tmp_path / part, filter="data")
    with pytest.raises(UserError, match="is not CIFAR-10"):
        load(f"cifar10:{tmp_path}")
    monkeypatch.setattr(cifar10, "TRAIN", 9_000)
    monkeypatch.setattr(cifar10, "TEST", 1_000)
    data = load(f"cifar10:{tmp_path}")
    shutil.rmtree(tmp_path)
    assert data.classes == CLASSES
    assert data.shape == (32, 32, 3)
    _, label = data.splits["test"].take(np.arange(1_000))
    assert np.bincount(label).tolist() == [100] * 10  # type: ignore[arg-type]
    assert "not comparable" in data.notes[-1]
    # The channel means of the original's test images; JPEG keeps means.
    mean = data.train.array.mean(axis=(0, 1, 2)) / 255
    np.testing.assert_allclose(mean, [0.4942, 0.4851, 0.4504], atol=0.001)
