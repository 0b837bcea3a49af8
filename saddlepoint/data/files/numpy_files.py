"""NumPy files: ``.npy`` with examples of any kind, ``.npz`` with labels and splits beside them."""

import tokenize
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from saddlepoint.core.errors import UserError, reason
from saddlepoint.core.hashing import fingerprint, row_keys
from saddlepoint.core.kinds import kind_of
from saddlepoint.core.vocabulary import Vocabulary
from saddlepoint.data import cache
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.files.array_labels import read_labels
from saddlepoint.data.files.zip_archive import check_member
from saddlepoint.data.pixels import to_images
from saddlepoint.data.request import Request
from saddlepoint.data.splits import content_splits, notes_on, split_rows, tenth

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
SPEAKERS, RATE = 2, 16_000  # channels of sounds at most, and samples a second where nobody says it
WORDS = 1 << 20  # of a vocabulary, at most
_MANY = 16  # dimensions from which points in [−1, 1] may be pictures in truth
# How Keras, MedMNIST and people call their arrays: (images, labels).
_NAMES = {
    "train": (
        ("x_train", "train_images", "images", "x", "arr_0"),
        ("y_train", "train_labels", "labels", "y", "arr_1"),
    ),
    "validation": (("x_val", "val_images"), ("y_val", "val_labels")),
    "test": (("x_test", "test_images"), ("y_test", "test_labels")),
}


def read_array_path(request: Request, name: str) -> Dataset:
    """Read examples from ``.npy`` or ``.npz``; what kind they are: :func:`to_examples`.

    A ``.npy`` of bytes stays memory-mapped. In a ``.npz`` arrays are found by their usual names: ``x_train``
    and ``y_train``, ``train_images`` and ``train_labels``, ``images`` and ``labels``, ``arr_0`` and ``arr_1``.

    Raises:
        UserError: if the file is damaged, needs pickle, or holds something else.
    """
    path = request.path
    if path.suffix.lower() == ".npz":
        return _read_npz(path, request, name)
    stat = path.stat()
    quick = cache.key(path.absolute(), stat.st_size, stat.st_mtime_ns)
    array, notes = to_examples(_load(path), str(path), f"array-{quick}")
    if array.nbytes > 2**26:  # hashing takes long enough that it is worth remembering
        facts = cache.remembered(f"keys-{quick}", lambda: {"keys": row_keys(array).tolist()})
        keys = np.array(facts["keys"], np.uint64)
    else:
        keys = row_keys(array)
    return _one_array(array, None, keys, request, name, notes)


def to_examples(
    array: np.ndarray, place: str, name: str | None = None, *, beside: Sequence[np.ndarray] = ()
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return examples of some kind, and notes.

    Float (n, d) are points; int16 (n, t) or (n, c, t) with one or two channels are sounds; whole numbers (n, t)
    of more than a byte are tokens; all else is images, see :func:`to_images`, which also says what is beside.
    """
    if not isinstance(array, np.ndarray) or not array.size:
        raise UserError(f"{place} holds no data")
    if array.dtype.hasobject:
        raise UserError(_objects(place))
    if array.dtype == np.int16 and (array.ndim == 2 or (array.ndim == 3 and array.shape[1] <= SPEAKERS)):
        return (array[:, None] if array.ndim == 2 else array), ()
    if array.ndim == 2 and array.dtype.kind in "iu" and array.dtype.itemsize > 1:
        if array.min() < 0 or array.max() >= WORDS:
            raise UserError(f"{place} holds tokens outside 0 to {WORDS - 1:,}; number the words from 0 on")
        note = f"read as {len(array):,} sequences of {array.shape[1]} tokens; pictures have more axes"
        return array.astype(np.int32), (note,)
    if array.ndim != 2 or array.dtype.kind != "f":
        return to_images(array, place, name, beside=beside)
    if not np.isfinite(array).all():
        raise UserError(f"{place} holds points that are not finite; take them out")
    count, dimension = array.shape
    notes = ()
    if dimension >= _MANY and array.min() >= -1 and array.max() <= 1:
        notes = (
            f"read as {count:,} points in {dimension} dimensions; pictures have more axes: (n, h, w) or "
            "(n, h, w, 3), by np.stack or reshape",
        )
    return array.astype(np.float32, copy=False), notes


def _one_array(
    array: np.ndarray,
    label: np.ndarray | None,
    keys: np.ndarray,
    request: Request,
    name: str,
    notes: tuple[str, ...],
    classes: tuple[str, ...] = (),
) -> Dataset:
    splits = content_splits(array, label, keys)
    notes = (*notes, *notes_on(split_rows(keys)))
    return _dataset(request, name, splits, classes, fingerprint(keys, label), notes)


def _read_npz(path: Path, request: Request, name: str) -> Dataset:
    found = _load_npz(path)
    arrays: dict[str, np.ndarray] = {}
    given: dict[str, tuple[np.ndarray | None, int]] = {}
    notes: dict[str, None] = {}  # each once, in order
    first = {
        part: [next((found[n] for n in names if n in found), None) for names in both]
        for part, both in _NAMES.items()
    }
    images = {part: image for part, (image, _) in first.items() if image is not None}
    for part, image in images.items():
        others = [other for name, other in images.items() if name != part]
        arrays[part], told = to_examples(image, str(path), beside=others)
        given[part] = first[part][1], len(arrays[part])
        notes |= dict.fromkeys(told)
    if "train" not in arrays:
        names = ", ".join(found) or "nothing"
        raise UserError(f"{path} holds {names}; call the images x_train or images (and labels y_train, labels)")
    labels, classes, told = read_labels(given, str(path))
    notes |= {told: None} if told else {}
    keys = {part: row_keys(array) for part, array in arrays.items()}
    array, label = arrays["train"], labels["train"]
    if len(arrays) == 1:
        return _one_array(array, label, keys["train"], request, name, tuple(notes), classes)
    splits = {part: Split(array, labels[part]) for part, array in arrays.items()}
    if "test" not in splits:
        splits["test"] = splits["validation"]
        notes |= {"no test images: validation images test too": None}
    if any(split.array.shape[1:] != array.shape[1:] for split in splits.values()):
        raise UserError(f"{path} holds splits of different shapes; save them with one size")
    splits.setdefault("validation", Split(array, label, tenth(keys["train"])))
    mark = fingerprint(*keys.values(), *(labels[part] for part in arrays))
    return _dataset(request, name, splits, classes, mark, tuple(notes))


def _load(path: Path) -> np.ndarray:
    try:
        return np.load(path, mmap_mode="c", allow_pickle=False)
    except _UNREADABLE as error:
        raise _refused(path, error, "a NumPy array", "np.save") from error


def _load_npz(path: Path) -> dict[str, np.ndarray]:
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                check_member(info, str(path))
        with np.load(path, allow_pickle=False) as file:
            return {key: file[key] for key in file.files}
    except _UNREADABLE as error:
        raise _refused(path, error, "NumPy arrays", "np.savez") from error


def _refused(path: Path, error: Exception, what: str, by: str) -> UserError:
    said = str(error)
    if "Python objects" in said or "pickle" in said:  # what NumPy says of all that it does not know
        if _may_hold_objects(path):
            return UserError(_objects(str(path)))
        said = "it is no file of NumPy's"
    else:
        said = reason(error)
    return UserError(f"cannot read {path} as {what} ({said}); save it again with {by}")


def _may_hold_objects(path: Path) -> bool:
    """Whether a file begins as a pickle, a ``.npy`` or a ``.npz`` does."""
    with path.open("rb") as file:
        return file.read(6).startswith((b"\x80", b"\x93NUMPY", b"PK"))


def _objects(place: str) -> str:
    return (
        f"cannot read {place}, which holds Python objects; stack them to one array of numbers: "
        "np.stack(list(a)).astype(np.uint8)"
    )


def _dataset(
    request: Request,
    name: str,
    splits: dict[str, Split],
    classes: tuple[str, ...],
    mark: str,
    notes: tuple[str, ...],
) -> Dataset:
    array = splits["train"].array
    data = Dataset(name, request.source, kind_of(array).name, splits, classes, mark, notes)
    if array.dtype == np.int16:
        rate = request.rate or RATE
        told = () if request.rate else (f"taken to be of {rate:,} samples a second; --rate says otherwise",)
        return replace(data, rate=rate, notes=(*notes, *told))
    if array.dtype == np.int32:
        size = 1 + max(int(split.array.max()) for split in splits.values())
        return replace(data, vocabulary=Vocabulary.of_numbers(size))
    return data
