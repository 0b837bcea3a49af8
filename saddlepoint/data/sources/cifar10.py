"""CIFAR-10, from its binary version (never from the pickles) or from folders of images."""

import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from saddlepoint.core.errors import UserError, reason
from saddlepoint.core.hashing import fingerprint
from saddlepoint.data import cache
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.download import fetch
from saddlepoint.data.files import collection
from saddlepoint.data.files.image_folder import Folder
from saddlepoint.data.request import Request, sources

ARCHIVE = "cifar-10-binary.tar.gz"
MIRRORS = ("https://www.cs.toronto.edu/~kriz/",)
MD5 = "c32a1d4ab5d03f1284b67883e8d87530"
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
BATCHES = (*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin")
TRAIN, TEST = 50_000, 10_000
VALIDATION = 5_000  # the last of the training batches
_ROW = 1 + 3 * 32 * 32  # a label, then the red, green and blue planes


class _Batch(NamedTuple):
    images: np.ndarray  # uint8 (10000, 32, 32, 3)
    labels: np.ndarray  # int64 (10000,)
    mark: str  # hash of the file


@sources.register()
def cifar10(request: Request) -> Dataset:
    """60,000 photographs, 32×32 colour, 10 classes (Krizhevsky 2009); or cifar10:PATH.

    PATH is the binary archive, a folder with its six batches, or a folder of images in ``train/CLASS`` and
    ``test/CLASS``. ``train`` is all 50,000 training images and ``validation`` its last 5,000 (of folders of
    images, which are in the order of their classes, a tenth by content).
    """
    if request.argument is None:
        archive = cache.folder("downloads/cifar10") / ARCHIVE
        hint = ", or get it elsewhere and give its path: --data cifar10:PATH"
        urls = [mirror + ARCHIVE for mirror in MIRRORS]
        return _from_archive(fetch(urls, archive, MD5, help=hint, report=request.report), request)
    path = request.path
    if path.is_file():
        return _from_archive(path, request)
    for folder in (path, path / "cifar-10-batches-bin"):
        if (folder / BATCHES[0]).is_file():
            return _from_batches(folder, request)
    return _from_images(path, request)


def _from_archive(path: Path, request: Request) -> Dataset:
    """Unpack the archive into the cache once: decompressing it takes seconds."""
    place = f"cifar10-{cache.key(path.absolute())}"
    stat = path.stat()
    name = f"{place}-{cache.key(stat.st_size, stat.st_mtime_ns)}"

    def fill(rows: cache.Rows) -> dict:
        labels, marks = [], []
        for done, batch in enumerate(_members(path), 1):
            for image in batch.images:
                rows.append(image)
            labels += batch.labels.tolist()
            marks.append(batch.mark)
            request.report("unpacking cifar10", done, len(BATCHES))
        return {"label": labels, "marks": marks}

    entry = cache.lookup(name) or cache.build(name, place, fill)
    return _dataset(entry.array, np.array(entry.about["label"], np.int64), entry.about["marks"], request)


def _members(path: Path) -> Iterator[_Batch]:
    """Yield the six batches in their order."""
    found = {}
    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                name = member.name.rpartition("/")[2]
                file = archive.extractfile(member) if name in BATCHES and member.isfile() else None
                if file is not None:
                    found[name] = _batch(file.read(10_000 * _ROW + 1), f"{name} in {path}")
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise UserError(
            f"cannot read {path} ({reason(error)}); give {ARCHIVE} or its unpacked folder"
        ) from error
    if missing := [name for name in BATCHES if name not in found]:
        raise UserError(f"{path} has no {missing[0]}; give {ARCHIVE} or its unpacked folder")
    yield from (found[name] for name in BATCHES)


def _from_batches(folder: Path, request: Request) -> Dataset:
    images, labels, marks = np.empty((TRAIN + TEST, 32, 32, 3), np.uint8), np.empty(TRAIN + TEST, np.int64), []
    for index, name in enumerate(BATCHES):
        try:
            content = (folder / name).read_bytes()
        except OSError as error:
            raise UserError(f"cannot read {folder / name} ({error.strerror}); fetch it again") from error
        rows = slice(index * 10_000, (index + 1) * 10_000)
        images[rows], labels[rows], mark = _batch(content, str(folder / name))
        marks.append(mark)
    return _dataset(images, labels, marks, request)


def _batch(content: bytes, name: str) -> _Batch:
    """Read one binary batch; raises UserError."""
    if len(content) != 10_000 * _ROW:
        raise UserError(f"{name} is not 10,000 rows of {_ROW} bytes; fetch it again")
    table = np.frombuffer(content, np.uint8).reshape(10_000, _ROW)
    if table[:, 0].max() >= len(CLASSES):
        raise UserError(f"{name} holds a class {table[:, 0].max()}, CIFAR-10 has 0 to 9; fetch it again")
    images = table[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return _Batch(images, table[:, 0].astype(np.int64), fingerprint(content))


def _dataset(images: np.ndarray, labels: np.ndarray, marks: list[str], request: Request) -> Dataset:
    splits = {
        "train": Split(images, labels, np.arange(TRAIN)),
        "validation": Split(images, labels, np.arange(TRAIN - VALIDATION, TRAIN)),
        "test": Split(images, labels, np.arange(TRAIN, TRAIN + TEST)),
    }
    return Dataset("cifar10", request.source, "images", splits, CLASSES, fingerprint(*marks))


def _from_images(path: Path, request: Request) -> Dataset:
    files = Folder(path)
    dataset = collection.read(files, "cifar10", request)
    if dataset.classes != CLASSES or (len(dataset.train), len(dataset.splits["test"])) != (TRAIN, TEST):
        raise UserError(
            f"{path} is not CIFAR-10: that has train/CLASS and test/CLASS with {TRAIN:,} and {TEST:,} images "
            f"in the classes {', '.join(CLASSES)}; give the plain path to use the images as they are"
        )
    if any(member.name.lower().endswith((".jpg", ".jpeg")) for member in files.members):
        note = "read from JPEGs, which lose detail: scores are not comparable with published ones of CIFAR-10"
        return replace(dataset, notes=(*dataset.notes, note))
    return dataset
