"""LSUN as it is published: databases of encoded images, a category and a part each."""

import shutil

import numpy as np
import pytest

from saddlepoint.core.errors import UserError
from saddlepoint.data import load
from tests.data.files.test_lmdb import STORED


def put(folder, *names):
    for name in names:
        shutil.copytree(STORED, folder / name)


def test_categories_are_classes_and_their_parts_the_split(tmp_path):
    put(
        tmp_path,
        "bedroom_train_lmdb",
        "bedroom_val_lmdb",
        "church_outdoor_train_lmdb",
        "church_outdoor_val_lmdb",
    )
    data = load(f"lsun:{tmp_path}")
    assert (data.name, data.shape, data.classes) == ("lsun", (24, 24, 3), ("bedroom", "church_outdoor"))
    counts = {part: len(split) for part, split in data.splits.items()}
    assert counts == {"train": 120, "validation": 120, "test": 120}
    images, label = data.train.take(np.arange(120))
    assert label is not None
    assert label.tolist() == [0] * 60 + [1] * 60
    assert (images[:, 12, 12, 1].reshape(2, 60) == 4 * np.arange(60)).all()  # in the order of their keys


def test_one_category_has_no_classes(tmp_path):
    put(tmp_path, "bedroom_train_lmdb")
    data = load(f"lsun:{tmp_path / 'bedroom_train_lmdb'}", size=8)
    assert (data.shape, data.classes) == ((8, 8, 3), ())
    assert sum(len(split) for split in data.splits.values()) == 60
    assert load(f"lsun:{tmp_path}", size=8).fingerprint == data.fingerprint


def test_what_is_no_database_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"has no data.mdb, nor has a folder in it; give bedroom_train_lmdb"):
        load(f"lsun:{tmp_path}")
    with pytest.raises(UserError, match="name the folder: --data lsun:FOLDER"):
        load("lsun")
    put(tmp_path, "bedroom_train_lmdb")
    (tmp_path / "bedroom_train_lmdb" / "data.mdb").write_bytes(b"no database" * 500)
    with pytest.raises(UserError, match=r"cannot read .*data.mdb as an LMDB database"):
        load(f"lsun:{tmp_path}")
