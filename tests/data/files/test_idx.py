import gzip
import struct
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saddlepoint.core.errors import UserError
from saddlepoint.data import load
from saddlepoint.data.files.idx import read_idx


def idx_bytes(array: np.ndarray) -> bytes:
    return bytes((0, 0, 8, array.ndim)) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def write_pair(folder: Path, stem: str, images: np.ndarray, labels: np.ndarray, dot: bool = False) -> None:
    mark = "." if dot else "-"
    (folder / f"{stem}images{mark}idx3-ubyte").write_bytes(idx_bytes(images))
    (folder / f"{stem}labels{mark}idx1-ubyte.gz").write_bytes(gzip.compress(idx_bytes(labels)))


def random_images(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, 5, 5), np.uint8)


@settings(max_examples=40, deadline=None)
@given(
    shape=st.tuples(st.integers(0, 4), st.integers(0, 5), st.integers(0, 5)),
    seed=st.integers(0, 9),
    zipped=st.booleans(),
)
def test_what_is_written_is_read(shape, seed, zipped):
    array = np.random.default_rng(seed).integers(0, 256, shape, np.uint8)
    content = idx_bytes(array)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "some.idx"
        path.write_bytes(gzip.compress(content) if zipped else content)
        found = read_idx(path, 3)
    np.testing.assert_array_equal(found.array, array)


@settings(max_examples=150, deadline=None)
@given(
    head=st.sampled_from(
        [b"", b"\0\0\x08\x03", b"\0\0\x08\x01", b"\x1f\x8b\x08\0", b"\0\0\x08\x03\xff\xff\xff\xff"]
    ),
    rest=st.binary(max_size=64),
    zipped=st.booleans(),
)
def test_any_bytes_are_read_or_refused(head, rest, zipped):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any-images-idx3-ubyte"
        path.write_bytes(gzip.compress(head + rest) if zipped else head + rest)
        try:
            array, message = read_idx(path, 3).array, None
        except UserError as error:
            array, message = None, str(error)
    assert array is None or array.size == len(head + rest) - 16
    assert message is None or str(path) in message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda b: b[:-1], "its header declares"),
        (lambda b: b + b"\0", "more than"),
        (lambda b: b"\0\0\x0d" + b[3:], "not an IDX file of images"),
        (lambda b: gzip.compress(b)[:-9], "fetch the file again"),
        (lambda b: gzip.compress(b[:-3]), "its header declares"),
        (lambda b: b"", "begins with nothing"),
    ],
)
def test_damage_is_named(tmp_path, change, said):
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(change(idx_bytes(random_images(20))))
    with pytest.raises(UserError, match=said) as error:
        load(str(path))
    assert str(path) in str(error.value)


def test_a_flipped_byte_in_gzip_is_found(tmp_path):
    path = tmp_path / "images-idx3-ubyte.gz"
    content = bytearray(gzip.compress(idx_bytes(random_images(20))))
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"fetch the file again|its header declares"):
        load(str(path))


def test_labels_beside_the_images_are_found(tmp_path):
    images, labels = random_images(40), np.arange(40, dtype=np.uint8) % 4
    write_pair(tmp_path, "train-", images, labels)
    data = load(str(tmp_path / "train-images-idx3-ubyte"))
    assert data.classes == ("0", "1", "2", "3")
    assert data.shape == (5, 5, 1)
    for split in data.splits.values():
        found, label = split.take(np.arange(len(split)))
        assert split.rows is not None
        np.testing.assert_array_equal(found[..., 0], images[split.rows])
        np.testing.assert_array_equal(label, labels[split.rows])


def test_images_alone_have_no_classes(tmp_path):
    (tmp_path / "faces.bin").write_bytes(idx_bytes(random_images(30)))
    data = load(str(tmp_path / "faces.bin"))
    assert data.classes == ()
    assert data.train.label is None
    assert sum(map(len, data.splits.values())) == 30


@pytest.mark.parametrize("dot", [False, True])
def test_a_folder_with_train_and_test_has_official_splits(tmp_path, dot):
    write_pair(tmp_path, "train-", random_images(50), np.arange(50, dtype=np.uint8) % 5, dot)
    write_pair(tmp_path, "t10k-", random_images(20, 1), np.arange(20, dtype=np.uint8) % 5, dot)
    data = load(str(tmp_path))
    assert (len(data.train), len(data.splits["test"])) == (50, 20)
    held = load(str(tmp_path), hold_out=True)
    assert len(held.train) == 50 - len(held.splits["validation"])
    assert held.fingerprint != data.fingerprint


def test_labels_that_do_not_fit_are_refused(tmp_path):
    write_pair(tmp_path, "", random_images(9), np.zeros(8, np.uint8))
    with pytest.raises(UserError, match=r"9 images but .* 8 labels"):
        load(str(tmp_path))


def test_several_sets_in_one_folder_are_refused(tmp_path):
    for stem in ("a-train-", "b-train-", "c-train-"):
        write_pair(tmp_path, stem, random_images(9), np.zeros(9, np.uint8))
    with pytest.raises(UserError, match="several IDX sets"):
        load(str(tmp_path))


def test_a_file_in_a_folder_of_its_own_name_is_found_and_one_beside_it_is_the_same(tmp_path):
    for stem, count in (("train-", 12), ("t10k-", 4)):
        for name, array in (
            (f"{stem}images-idx3-ubyte", random_images(count)),
            (f"{stem}labels-idx1-ubyte", np.arange(count, dtype=np.uint8) % 3),
        ):
            (tmp_path / name).mkdir()
            (tmp_path / name / name).write_bytes(idx_bytes(array))
    nested = load(str(tmp_path))
    assert (len(nested.train), len(nested.splits["test"]), nested.classes) == (12, 4, ("0", "1", "2"))
    np.testing.assert_array_equal(nested.train.array[..., 0], random_images(12))
    for name in ("train-images", "train-labels", "t10k-images", "t10k-labels"):
        axes = 3 if "images" in name else 1
        folder = tmp_path / f"{name}-idx{axes}-ubyte"
        (tmp_path / f"{name}.idx{axes}-ubyte").write_bytes((folder / folder.name).read_bytes())
    assert load(str(tmp_path)).fingerprint == nested.fingerprint


def test_labels_beside_images_in_a_folder_of_their_name_are_found(tmp_path):
    folder = tmp_path / "train-images-idx3-ubyte"
    folder.mkdir()
    (folder / folder.name).write_bytes(idx_bytes(random_images(12)))
    (folder / "train-labels-idx1-ubyte").write_bytes(idx_bytes(np.arange(12, dtype=np.uint8) % 4))
    assert load(str(folder)).classes == load(str(folder / folder.name)).classes == ("0", "1", "2", "3")
