"""NumPy files: ``.npy`` with images or points, ``.npz`` with labels and splits beside them."""

import tokenize
import zipfile
import zlib
from pathlib import Path

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.data import cache
from saddlepoint.data.archive import check_member
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.request import Request
from saddlepoint.data.splits import content_splits, fingerprint, notes_on, row_keys, split_rows, tenth

_UNREADABLE = (
    OSError,
    ValueError,
    EOFError,
    KeyError,
    TypeError,
    MemoryError,
    OverflowError,
    RecursionError,
    NotImplementedError,
    SyntaxError,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)
# How Keras, MedMNIST and people call their arrays: (images, labels).
_NAMES = {
    "train": (
        ("x_train", "train_images", "images", "x", "arr_0"),
        ("y_train", "train_labels", "labels", "y"),
    ),
    "validation": (("x_val", "val_images"), ("y_val", "val_labels")),
    "test": (("x_test", "test_images"), ("y_test", "test_labels")),
}


def read_array_path(request: Request, name: str) -> Dataset:
    """Read uint8 (n, h, w[, c]) images or float (n, d) points from ``.npy`` or ``.npz``.

    A ``.npy`` stays memory-mapped. In a ``.npz`` arrays are found by their usual names: ``x_train`` and
    ``y_train``, ``train_images`` and ``train_labels``, ``images`` and ``labels``.

    Raises:
        UserError: if the file is damaged, needs pickle, or holds something else.
    """
    path = request.path
    if path.suffix.lower() == ".npz":
        return _read_npz(path, request, name)
    array = _check(_load(path), path)
    stat = path.stat()
    quick = cache.key(path.absolute(), stat.st_size, stat.st_mtime_ns)
    if array.nbytes > 2**26:  # hashing takes long enough that it is worth remembering
        facts = cache.remembered(f"keys-{quick}", lambda: {"keys": row_keys(array).tolist()})
        keys = np.array(facts["keys"], np.uint64)
    else:
        keys = row_keys(array)
    return _one_array(array, None, keys, request, name)


def _one_array(
    array: np.ndarray, label: np.ndarray | None, keys: np.ndarray, request: Request, name: str
) -> Dataset:
    splits = content_splits(array, label, keys)
    return _dataset(request, name, splits, fingerprint(keys, label), notes_on(split_rows(keys)))


def _read_npz(path: Path, request: Request, name: str) -> Dataset:
    found = _load_npz(path)
    parts: dict[str, tuple[np.ndarray, np.ndarray | None]] = {}
    for part, (image_names, label_names) in _NAMES.items():
        image = next((found[n] for n in image_names if n in found), None)
        label = next((found[n] for n in label_names if n in found), None)
        if image is not None:
            array = _check(image, path)
            parts[part] = array, _check_label(label, array, path)
    if "train" not in parts:
        names = ", ".join(found) or "nothing"
        raise UserError(f"{path} holds {names}; call the images x_train or images (and labels y_train, labels)")
    keys = {part: row_keys(array) for part, (array, _) in parts.items()}
    array, label = parts["train"]
    if "test" not in parts:
        return _one_array(array, label, keys["train"], request, name)
    splits = {part: Split(array, label) for part, (array, label) in parts.items()}
    if any(split.array.shape[1:] != array.shape[1:] for split in splits.values()):
        raise UserError(f"{path} holds splits of different shapes; save them with one size")
    splits.setdefault("validation", Split(array, label, tenth(keys["train"])))
    mark = fingerprint(*keys.values(), *(label for _, label in parts.values()))
    return _dataset(request, name, splits, mark)


def _load(path: Path) -> np.ndarray:
    try:
        return np.load(path, mmap_mode="c", allow_pickle=False)
    except _UNREADABLE as error:
        raise UserError(f"cannot read {path} as a NumPy array ({error}); save it with np.save") from error


def _load_npz(path: Path) -> dict[str, np.ndarray]:
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                check_member(info, str(path))
        with np.load(path, allow_pickle=False) as file:
            return {key: file[key] for key in file.files}
    except _UNREADABLE as error:
        raise UserError(f"cannot read {path} as NumPy arrays ({error}); save it with np.savez") from error


def _check(array: np.ndarray, path: Path) -> np.ndarray:
    """Return uint8 (n, h, w, c) images or float32 (n, d) points; raises UserError for anything else."""
    if not isinstance(array, np.ndarray) or not array.size:
        raise UserError(f"{path} holds no data")
    if array.ndim == 2 and array.dtype.kind == "f":
        if not np.isfinite(array).all():
            raise UserError(f"{path} holds points that are not finite; take them out")
        return array.astype(np.float32, copy=False)
    images = array[..., None] if array.ndim == 3 else array
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[-1] not in (1, 3):
        raise UserError(
            f"{path} holds {array.dtype} {array.shape}; images are uint8 (n, h, w) or (n, h, w, 1 or 3), "
            "points are floats (n, d)"
        )
    return images


def _check_label(label: np.ndarray | None, array: np.ndarray, path: Path) -> np.ndarray | None:
    if label is None:
        return None
    label = label.reshape(-1)
    if label.dtype.kind not in "iu" or len(label) != len(array) or (len(label) and int(label.min()) < 0):
        raise UserError(
            f"{path} holds {len(label):,} labels of type {label.dtype} for {len(array):,} examples; "
            "labels are integers from 0, one for each"
        )
    return label.astype(np.int64)


def _dataset(
    request: Request, name: str, splits: dict[str, Split], mark: str, notes: tuple[str, ...] = ()
) -> Dataset:
    train = splits["train"]
    kind = "images" if train.array.ndim == 4 else "points"
    classes = () if train.label is None else tuple(map(str, range(int(train.label.max()) + 1)))
    return Dataset(name, request.source, kind, splits, classes, mark, notes)
