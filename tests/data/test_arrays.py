import io
import pickle
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saddlepoint.core.errors import UserError
from saddlepoint.data import load


def images(count: int, *shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, *shape), np.uint8)


@pytest.mark.parametrize("shape", [(5, 5), (5, 5, 1), (5, 5, 3)])
def test_npy_images_are_mapped_not_read(tmp_path, shape):
    array = images(40, *shape)
    np.save(tmp_path / "faces.npy", array)
    data = load(str(tmp_path / "faces.npy"))
    assert data.name == "faces"
    assert data.shape == (*shape[:2], shape[2] if len(shape) > 2 else 1)
    np.testing.assert_array_equal(data.train.array.reshape(array.shape), array)
    assert isinstance(data.train.array, np.memmap)


def test_npy_floats_of_two_axes_are_points(tmp_path):
    points = np.random.default_rng(0).normal(size=(50, 3))
    np.save(tmp_path / "cloud.npy", points)
    data = load(str(tmp_path / "cloud.npy"))
    assert data.kind == "points"
    assert data.train.array.dtype == np.float32
    np.testing.assert_array_equal(data.train.array, points.astype(np.float32))
    with pytest.raises(UserError, match="holds points, where images of"):
        load(str(tmp_path / "cloud.npy"), size=8)


@pytest.mark.parametrize(
    "names", [("x_train", "y_train", "x_test"), ("train_images", "train_labels", "test_images")]
)
def test_npz_with_official_splits(tmp_path, names):
    x, y, test = names
    label = np.arange(30) % 3
    np.savez(tmp_path / "set.npz", **{x: images(30, 4, 4), y: label[:, None], test: images(9, 4, 4, seed=1)})
    data = load(str(tmp_path / "set.npz"))
    assert {part: len(split) for part, split in data.splits.items()}["test"] == 9
    assert len(data.train) == 30
    assert data.train.label is not None
    assert data.train.label.tolist() == label.tolist()
    assert data.classes == ("0", "1", "2")
    assert data.splits["test"].label is None


def test_npz_without_a_test_set_is_split_by_content(tmp_path):
    np.savez_compressed(tmp_path / "set.npz", images=images(40, 4, 4), labels=np.zeros(40, np.uint8))
    data = load(str(tmp_path / "set.npz"))
    assert sum(map(len, data.splits.values())) == 40


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((4, 5, 5), np.float32), r"float32 \(4, 5, 5\)"),
        (np.zeros((4, 3, 5, 5), np.uint8), r"uint8 \(4, 3, 5, 5\)"),
        (np.zeros((0, 5, 5), np.uint8), "no data"),
        (np.full((4, 2), np.nan), "not finite"),
        (np.array(["a"]), "images are uint8"),
    ],
)
def test_other_arrays_are_refused(tmp_path, array, said):
    np.save(tmp_path / "x.npy", array)
    with pytest.raises(UserError, match=said):
        load(str(tmp_path / "x.npy"))


class Trap:
    def __reduce__(self):
        return (Path.touch, (Path(tempfile.gettempdir()) / "saddlepoint-was-executed",))


@pytest.mark.parametrize("end", ["npy", "npz"])
def test_pickles_are_never_loaded(tmp_path, end):
    trap = np.empty(1, object)
    trap[0] = Trap()
    (np.save if end == "npy" else np.savez)(tmp_path / f"x.{end}", trap)
    (tmp_path / f"raw.{end}").write_bytes(pickle.dumps(Trap()))
    for name in ("x", "raw"):
        with pytest.raises(UserError, match="cannot read"):
            load(str(tmp_path / f"{name}.{end}"))
    assert not (Path(tempfile.gettempdir()) / "saddlepoint-was-executed").exists()


def test_labels_that_do_not_fit_are_refused(tmp_path):
    np.savez(tmp_path / "x.npz", images=images(20, 4, 4), labels=np.zeros(19, int))
    with pytest.raises(UserError, match="19 labels"):
        load(str(tmp_path / "x.npz"))


def test_unknown_names_are_listed(tmp_path):
    np.savez(tmp_path / "x.npz", faces=images(20, 4, 4))
    with pytest.raises(UserError, match="holds faces; call the images"):
        load(str(tmp_path / "x.npz"))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_damage_is_survived_or_refused(data):
    zipped = data.draw(st.booleans())
    stream = io.BytesIO()
    (np.savez_compressed if zipped else np.save)(stream, images(12, 4, 4))
    content = bytearray(stream.getvalue())
    for position in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[position] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"x.{'npz' if zipped else 'npy'}"
        path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
        try:
            message = load(str(path)).source
        except UserError as error:
            message = str(error)
    assert str(path) in message
