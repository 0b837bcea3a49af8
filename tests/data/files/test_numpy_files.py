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
from saddlepoint.runs.prepare import find_recipe


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
        (np.zeros((0, 5, 5), np.uint8), "no data"),
        (np.full((4, 2), np.nan), "not finite"),
        (np.array(["a"]), "images are numbers"),
        (images(20, 16), r"holds uint8 \(20, 16\), one picture or rows of pixels.*a\.reshape\(-1, 4, 4\)"),
        (images(20, 16, 3), r"holds uint8 \(20, 16, 3\), which is one picture; stack many"),
        (images(3, 16, 20), r"holds uint8 \(3, 16, 20\), which is one picture; stack many"),
        (images(1, 16, 20), r"holds uint8 \(1, 16, 20\), which is one picture; stack many"),
        (images(20, 16, 16, 4), r"with an alpha channel; keep the colours with a\[\.\.\., :3\]"),
        (images(20, 1, 16, 16, 3), r"holds uint8 \(20, 1, 16, 16, 3\); images are"),
        (
            np.zeros((4, 5, 5), np.float32),
            r"float32 \(4, 5, 5\) from 0 to 0, which is no plain range.*np\.uint8\)",
        ),
        (np.full((4, 5, 5), 300.5), "from 300.5 to 300.5"),
        (np.linspace(-0.05, 1, 500).reshape(20, 5, 5), "from -0.05 to 1"),
        (np.linspace(-2, 2, 500).reshape(20, 5, 5), "from -2 to 2"),
        (np.full((4, 5, 5), 70_000), "from 7e.04 to 7e.04"),
        (np.full((4, 5, 5), np.nan, np.float32), "pixels that are not finite"),
    ],
)
def test_other_arrays_are_refused(tmp_path, array, said):
    np.save(tmp_path / "x.npy", array)
    with pytest.raises(UserError, match=said):
        load(str(tmp_path / "x.npy"))


def lines(shape):
    """Whole levels that use the range of bytes from end to end."""
    array = images(30, *shape)
    array[0], array[1] = 0, 255
    return array


@pytest.mark.parametrize("shape", [(6, 6), (6, 6, 1), (6, 6, 3)])
@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda a: (a / 255).astype(np.float32), "floats in [0, 1]"),
        (lambda a: (a / 127.5 - 1).astype(np.float16), "floats in [−1, 1]"),
        (lambda a: a.astype(np.float64), "levels from 0 to 255"),
        (lambda a: a.astype(np.int64), "levels from 0 to 255"),
        (lambda a: a.astype(np.uint16) * 257, "16 bits, white being 65,535"),
        (lambda a: np.rint(a / 255 * 4095).astype(np.uint16), "12 bits, white being 4,095"),
    ],
)
def test_other_ranges_are_read_as_bytes_and_named(tmp_path, shape, change, told):
    array = lines(shape)
    given = change(array)
    np.save(tmp_path / "x.npy", given)
    data = load(str(tmp_path / "x.npy"))
    np.testing.assert_array_equal(data.train.array.reshape(array.shape), array)
    assert data.notes == (f"{given.dtype} {given.shape} read as {told}",)


@pytest.mark.parametrize("channels", [1, 3])
def test_channels_first_are_turned_and_mapped(tmp_path, channels):
    array = images(30, 6, 6, channels)
    np.save(tmp_path / "x.npy", np.ascontiguousarray(array.transpose(0, 3, 1, 2)))
    np.save(tmp_path / "y.npy", array)
    data = load(str(tmp_path / "x.npy"))
    np.testing.assert_array_equal(data.train.array, array)
    assert isinstance(data.train.array, np.memmap)
    assert data.notes == (f"(30, {channels}, 6, 6) read as (n, c, h, w), channels first",)
    assert data.fingerprint == load(str(tmp_path / "y.npy")).fingerprint


def test_booleans_are_black_and_white(tmp_path):
    array = images(30, 6, 6) > 127
    np.save(tmp_path / "x.npy", array)
    np.testing.assert_array_equal(load(str(tmp_path / "x.npy")).train.array[..., 0], array * 255)


def test_large_conversions_lie_in_a_memory_mapped_file(tmp_path, monkeypatch):
    array = lines((6, 6, 3))
    np.save(tmp_path / "x.npy", array / 255)
    monkeypatch.setattr("saddlepoint.data.pixels.LARGE", 1000)
    for _ in range(2):
        data = load(str(tmp_path / "x.npy"))
        assert isinstance(data.train.array, np.memmap)
        np.testing.assert_array_equal(data.train.array, array)


def test_points_that_may_be_pictures_are_noted(tmp_path):
    np.save(tmp_path / "x.npy", images(30, 64) / 255)
    assert (
        "read as 30 points in 64 dimensions; pictures have more axes" in load(str(tmp_path / "x.npy")).notes[0]
    )


@pytest.mark.parametrize(
    ("labels", "classes", "expected"),
    [
        (np.arange(30) % 3 + 1, ("1", "2", "3"), np.arange(30) % 3),
        (np.where(np.arange(30) % 2, 10, 2), ("2", "10"), np.arange(30) % 2),
        ((np.arange(30) % 3).astype(np.float32), ("0", "1", "2"), np.arange(30) % 3),
        (np.eye(3, dtype=int)[np.arange(30) % 3], ("0", "1", "2"), np.arange(30) % 3),
        (np.array(["dog", "cat"] * 15), ("cat", "dog"), (np.arange(30) + 1) % 2),
        (np.array([b"dog", b"cat"] * 15), ("cat", "dog"), (np.arange(30) + 1) % 2),
    ],
)
def test_classes_are_the_labels_that_occur(tmp_path, labels, classes, expected):
    np.savez(tmp_path / "x.npz", images=images(30, 4, 4), labels=labels)
    data = load(str(tmp_path / "x.npz"))
    assert data.classes == classes
    assert data.train.label is not None
    np.testing.assert_array_equal(data.train.label, expected)
    assert ("one-hot labels read as 3 classes" in data.notes) == (labels.ndim == 2)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (np.full((30, 3), 1 / 3), "which are not one-hot"),
        (np.full(30, 0.5), "labels are whole numbers from 0, or names"),
        (np.full(30, -1), "labels are whole numbers from 0, or names"),
        (np.zeros((9, 3)), "27 labels for 30 examples"),
        (np.full(30, 2**63, np.uint64), r"up to 9223372036854775808; labels are whole numbers below 2\^63"),
        (np.full(30, 1e300), "labels are whole numbers from 0, or names"),
    ],
)
def test_other_labels_are_refused(tmp_path, labels, said):
    np.savez(tmp_path / "x.npz", images=images(30, 4, 4), labels=labels)
    with pytest.raises(UserError, match=said):
        load(str(tmp_path / "x.npz"))


def test_objects_are_refused_with_the_line_that_helps(tmp_path):
    objects = np.empty(3, object)
    for index in range(3):
        objects[index] = images(4, 4)
    np.save(tmp_path / "x.npy", objects, allow_pickle=True)
    np.savez(tmp_path / "x.npz", images=objects)
    for end in ("npy", "npz"):
        with pytest.raises(
            UserError, match=rf"x\.{end}, which holds Python objects; stack them.*np\.stack\(list\(a\)\)"
        ):
            load(str(tmp_path / f"x.{end}"))


@pytest.mark.parametrize("end", ["npy", "npz"])
def test_what_numpy_did_not_write_holds_no_objects(tmp_path, end):
    (tmp_path / f"x.{end}").write_text("words in a file of another name")
    with pytest.raises(UserError, match=rf"cannot read .*x\.{end} as .*; save it again") as caught:
        load(str(tmp_path / f"x.{end}"))
    assert "objects" not in str(caught.value)


def test_rows_of_pixels_in_floats_are_named_where_images_are_needed(tmp_path):
    np.save(tmp_path / "x.npy", (images(20, 64) / 255).astype(np.float32))
    data = load(str(tmp_path / "x.npy"))
    with pytest.raises(
        UserError, match=r"holds points \(read as 20 points in 64 .* by np\.stack or reshape\); try"
    ):
        find_recipe("dcgan").check_kind(data.spec)


@pytest.mark.parametrize("end", ["npy", "npz"])
def test_damaged_files_are_named_and_no_objects_are(tmp_path, end):
    path = tmp_path / f"x.{end}"
    (np.save if end == "npy" else np.savez)(path, images(30, 8, 8))
    for cut in (0, 10, 100, path.stat().st_size // 2):
        damaged = tmp_path / f"cut{cut}.{end}"
        damaged.write_bytes(path.read_bytes()[:cut])
        with pytest.raises(UserError, match=f"cut{cut}.{end}") as caught:
            load(str(damaged))
        assert "0x" not in str(caught.value)
        assert "<" not in str(caught.value)


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


def test_all_splits_of_a_file_have_one_white(tmp_path):
    dark = np.random.default_rng(0).integers(0, 1000, (20, 8, 8), np.uint16)
    bright = dark.copy()
    bright[0, 0, 0] = 4000
    np.savez(tmp_path / "deep.npz", x_train=np.concatenate([dark, bright]), x_test=dark)
    data = load(str(tmp_path / "deep.npz"))
    np.testing.assert_array_equal(data.train.array[:20], data.splits["test"].array)
    faint = np.random.default_rng(0).random((20, 8, 8)).astype(np.float32)
    np.savez(tmp_path / "faint.npz", x_train=faint, x_test=faint * 0.3)  # too dark to tell by themselves
    assert load(str(tmp_path / "faint.npz")).splits["test"].array.max() < 80


def test_validation_images_are_kept_where_no_test_images_are(tmp_path):
    np.savez(tmp_path / "two.npz", x_train=images(50, 8, 8), x_val=images(20, 8, 8, seed=1))
    data = load(str(tmp_path / "two.npz"))
    assert {part: len(split) for part, split in data.splits.items()} == {
        "train": 50,
        "validation": 20,
        "test": 20,
    }
    assert "no test images: validation images test too" in data.notes
