"""IDX, the format of MNIST: a magic number, the sizes of the axes, then the bytes, gzipped or not."""

import gzip
import hashlib
import math
import re
import struct
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from saddlepoint.core.errors import UserError, reason
from saddlepoint.core.hashing import fingerprint, row_keys
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.files.array_labels import read_labels
from saddlepoint.data.request import Request
from saddlepoint.data.splits import content_splits, notes_on, split_rows, tenth

_IMAGES = re.compile(r"(?P<stem>.*?)images?[-._]idx3[-._]ubyte(\.gz)?", re.I)


class Idx(NamedTuple):
    """One IDX file.

    Attributes:
        array: uint8, (n,) labels or (n, h, w) images.
        md5: of the decompressed file, hexadecimal.
    """

    array: np.ndarray
    md5: str


def read_idx(path: Path, axes: int) -> Idx:
    """Read an IDX file of unsigned bytes.

    Args:
        path: the file; gzip is recognised by its content.
        axes: 3 for images (n, h, w), 1 for labels (n,).

    Raises:
        UserError: if the file cannot be opened, is damaged, or is not such an IDX file.
    """
    try:
        with path.open("rb") as raw:
            zipped = raw.read(2) == b"\x1f\x8b"
        with gzip.open(path) if zipped else path.open("rb") as file:
            head = file.read(4 + 4 * axes)
            if len(head) < 4 + 4 * axes or head[:4] != bytes((0, 0, 8, axes)):
                what = "images" if axes == 3 else "labels"
                raise UserError(
                    f"{path} is not an IDX file of {what}: it begins with {head[:4].hex() or 'nothing'}, "
                    f"not 000008{axes:02x}"
                )
            shape = struct.unpack(f">{axes}I", head[4:])
            length = math.prod(shape)
            # Deflate shrinks by 1032 at most: do not reserve memory that a damaged header asks for.
            if length > path.stat().st_size * (1040 if zipped else 1):
                raise _wrong_length(path, "less than", length)
            array = np.empty(length, np.uint8)
            read = _read_into(file, array.data)
            if read < length:
                raise _wrong_length(path, f"{read:,} of", length)
            if file.read(1):
                raise _wrong_length(path, "more than", length)
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(f"cannot read {path} ({reason(error)}); fetch the file again") from error
    md5 = hashlib.md5(head, usedforsecurity=False)
    md5.update(array.data)
    return Idx(array.reshape(shape), md5.hexdigest())


def read_pair(images: Path, labels: Path) -> tuple[np.ndarray, np.ndarray, str]:
    """Return uint8 (n, h, w, 1) images, int64 (n,) labels, and a hash of both; raises UserError."""
    image, label = read_idx(images, 3), read_idx(labels, 1)
    if len(image.array) != len(label.array):
        raise UserError(
            f"{images} holds {len(image.array):,} images but {labels} {len(label.array):,} labels; "
            "they do not belong together"
        )
    return image.array[..., None], label.array.astype(np.int64), image.md5 + label.md5


def is_idx_name(name: str) -> bool:
    """Say whether a file is called like IDX images."""
    return _IMAGES.fullmatch(name) is not None


def idx_files(folder: Path) -> list[Path]:
    """Return the files in a folder that are called like IDX images, and those in folders of the same name.

    Programs that unpack ``train-images-idx3-ubyte`` may put the file into a folder of that name.
    """
    named = sorted(path for path in folder.iterdir() if is_idx_name(path.name))
    within = (path / path.name for path in named if path.is_dir())
    return [path for path in (*named, *within) if path.is_file()]


def find(folder: Path, stem: str, what: str) -> Path | None:
    """Return ``stem`` + ``what`` (``images`` or ``labels``) in any usual spelling, or None.

    The file may lie in a folder of its own name.
    """
    axes = 3 if what == "images" else 1
    for separator in ("-", "."):
        for end in ("", ".gz"):
            name = f"{stem}{what}{separator}idx{axes}-ubyte{end}"
            for path in (folder / name, folder / name / name):
                if path.is_file():
                    return path
    return None


def read_idx_path(request: Request, name: str) -> Dataset:
    """Read one IDX file of images with the labels beside it, or a folder with a train and a test pair.

    Raises:
        UserError: if files are damaged or empty, or a folder holds more than one training or test set.
    """
    path = request.path
    if path.is_file():
        return _single(path, request, name)
    # Copies of one file, raw, gzipped or with another dot, are one.
    by_stem = {_stem(p.name): p for p in reversed(idx_files(path))}
    tests = [p for stem, p in by_stem.items() if "t10k" in stem or "test" in stem]
    trains = [p for p in by_stem.values() if p not in tests]
    if len(trains) + len(tests) == 1:
        return _single((trains + tests)[0], request, name)
    if len(trains) != 1 or len(tests) != 1:
        names = ", ".join(sorted(p.name for p in by_stem.values()))
        raise UserError(f"{path} holds several IDX sets ({names}); give the path of one file")
    image, label, keys = _with_labels(trains[0])
    test_image, test_label, test_keys = _with_labels(tests[0])
    if test_image.shape[1:] != image.shape[1:]:
        raise UserError(f"{trains[0]} and {tests[0]} hold images of different sizes; give one of them")
    splits = {
        "train": Split(image, label),
        "validation": Split(image, label, tenth(keys)),
        "test": Split(test_image, test_label),
    }
    return _dataset(request, name, splits, fingerprint(keys, label, test_keys, test_label))


def _single(path: Path, request: Request, name: str) -> Dataset:
    image, label, keys = _with_labels(path)
    notes = notes_on(split_rows(keys))
    return _dataset(request, name, content_splits(image, label, keys), fingerprint(keys, label), notes)


def _dataset(
    request: Request, name: str, splits: dict[str, Split], mark: str, notes: tuple[str, ...] = ()
) -> Dataset:
    given = {part: (split.label, len(split.array)) for part, split in splits.items()}
    labels, classes, _ = read_labels(given, str(request.path))
    splits = {part: Split(split.array, labels[part], split.rows) for part, split in splits.items()}
    return Dataset(name, request.source, "images", splits, classes, mark, notes)


def _with_labels(path: Path) -> tuple[np.ndarray, np.ndarray | None, np.ndarray]:
    """Return (n, h, w, 1) images, the labels beside them if there are any, and the images' hashes."""
    match = _IMAGES.fullmatch(path.name)
    folders = [path.parent, *([path.parent.parent] if path.parent.name == path.name else [])]
    found = (find(folder, match["stem"], "labels") for folder in folders) if match else ()
    labels = next(filter(None, found), None)
    if labels:
        image, label, _ = read_pair(path, labels)
    else:
        image, label = read_idx(path, 3).array[..., None], None
    if not image.size:
        raise UserError(f"{path} holds no images")
    return image, label, row_keys(image)


def _stem(name: str) -> str:
    """Return what comes before ``images`` in the name of an IDX file, in small letters."""
    match = _IMAGES.fullmatch(name)
    return match["stem"].lower() if match else name


def _read_into(file, view: memoryview) -> int:
    done = 0  # in pieces: gzip reads what is asked for into memory of its own first
    while done < len(view) and (count := file.readinto(view[done : done + 2**20])):
        done += count
    return done


def _wrong_length(path: Path, read: str, length: int) -> UserError:
    return UserError(f"{path} holds {read} the {length:,} bytes that its header declares; fetch it again")
