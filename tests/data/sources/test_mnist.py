import gzip
import hashlib
import struct
from pathlib import Path

import numpy as np
import pytest

from saddlepoint.core.errors import UserError
from saddlepoint.data import Request, load
from saddlepoint.data.sources._idx_sets import FILES, Distribution, read


def write_set(folder: Path, per_class: int) -> list[str]:
    """Write a balanced set in MNIST's form and return the checksums of its files."""
    rng = np.random.default_rng(0)
    folder.mkdir()
    for stem in ("train", "t10k"):
        label = np.repeat(np.arange(10, dtype=np.uint8), per_class)
        image = rng.integers(0, 256, (len(label), 28, 28), np.uint8)
        for what, array in (("images-idx3", image), ("labels-idx1", label)):
            head = bytes((0, 0, 8, array.ndim)) + struct.pack(f">{array.ndim}I", *array.shape)
            content = gzip.compress(head + array.tobytes(), 1, mtime=0)
            (folder / f"{stem}-{what}-ubyte.gz").write_bytes(content)
    return [hashlib.md5((folder / name).read_bytes(), usedforsecurity=False).hexdigest() for name in FILES]


def test_a_set_is_downloaded_once_and_read(server, tmp_path, cache_folder):
    checksums = write_set(tmp_path / "served", 1_100)
    server.files |= {path.name: path.read_bytes() for path in (tmp_path / "served").iterdir()}
    mirrors = [server.address(manner, "") for manner in ("missing", "drops-once")]
    little = Distribution("Little", mirrors, checksums, (1_100,) * 10, (1_100,) * 10)
    first = read("little", little, Request("little"))
    assert len(server.asked) == 3 * len(FILES)  # each file is missing, breaks off, and is resumed
    second = read("little", little, Request("little"))
    assert len(server.asked) == 3 * len(FILES)
    assert first.fingerprint == second.fingerprint
    assert len(first.train) == 11_000
    rows = first.splits["validation"].rows
    assert rows is not None
    assert (rows[0], rows[-1], len(rows)) == (1_000, 10_999, 10_000)
    other = Distribution("Other", (), checksums, (1_000,) * 10, (1_000,) * 10)
    with pytest.raises(UserError, match=r"not the original Other.*plain path"):
        read("little", other, Request("little", str(cache_folder / "downloads" / "little")))


def test_a_folder_without_the_files_says_which_is_missing(tmp_path):
    with pytest.raises(UserError, match=r"has no train-images-idx3-ubyte\[\.gz\]"):
        load(f"mnist:{tmp_path}")


def test_another_set_in_mnists_form_is_refused(tmp_path):
    write_set(tmp_path / "set", 20)
    for name in ("mnist", "fashion", "kmnist"):
        with pytest.raises(UserError, match="are not the original"):
            load(f"{name}:{tmp_path / 'set'}")
    assert len(load(str(tmp_path / "set")).train) == 200


def test_the_original(real_data, tmp_path):
    data = load(f"mnist:{real_data / 'mnist'}")
    assert data.train.array.shape == (60_000, 28, 28, 1)
    assert {part: len(split) for part, split in data.splits.items()} == {
        "train": 60_000,
        "validation": 10_000,
        "test": 10_000,
    }
    assert data.train.label is not None
    assert data.train.label[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    # The mean that everybody normalises by.
    assert round(float(data.train.array.mean()) / 255, 4) == 0.1307
    assert len(load(data.source, hold_out=True).train) == 50_000
    assert load(data.source, size=32).shape == (32, 32, 1)

    for path in (real_data / "mnist").glob("*.gz"):  # unpacked, in the other spelling
        name = path.name.removesuffix(".gz").replace("-idx", ".idx")
        (tmp_path / name).write_bytes(gzip.decompress(path.read_bytes()))
    assert load(f"mnist:{tmp_path}").fingerprint == data.fingerprint
    content = bytearray((tmp_path / "train-images.idx3-ubyte").read_bytes())
    content[-1000] ^= 1
    (tmp_path / "train-images.idx3-ubyte").write_bytes(content)
    with pytest.raises(UserError, match="are not the original MNIST"):
        load(f"mnist:{tmp_path}")
    with pytest.raises(UserError, match="are not the original Fashion-MNIST"):
        load(f"fashion:{real_data / 'mnist'}")
