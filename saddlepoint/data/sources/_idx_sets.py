"""MNIST and the sets that took over its form: four IDX files, 60,000 + 10,000 images of 28×28."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.hashing import fingerprint
from saddlepoint.data import cache
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.download import fetch
from saddlepoint.data.files.idx import find, read_pair
from saddlepoint.data.request import Request

FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
VALIDATION = 10_000  # the last of the training file


@dataclass(frozen=True)
class Distribution:
    """Where such a set comes from, and how to know it.

    Attributes:
        title: what people call it.
        mirrors: addresses of folders that hold the four files, preferred first.
        md5: published checksums of the four gzipped files, in the order of FILES.
        train: images of each class in the training file.
        test: images of each class in the test file.
        classes: class names in label order.
        images: published MD5 of the decompressed (train, test) images, where there are any.
    """

    title: str
    mirrors: Sequence[str]
    md5: Sequence[str]
    train: Sequence[int]
    test: Sequence[int]
    classes: tuple[str, ...] = tuple("0123456789")
    images: Mapping[str, str] | None = None


def read(name: str, distribution: Distribution, request: Request) -> Dataset:
    """Return the set from ``request.argument``, or from the cache, downloading it the first time.

    ``train`` is the whole training file and ``validation`` its last 10,000 images.

    Raises:
        UserError: if it cannot be downloaded, a file is missing or damaged, or the content is another set's.
    """
    folder = _download(name, distribution, request) if request.argument is None else request.path
    splits, marks = {}, []
    for part, stem, counts in (("train", "train-", distribution.train), ("test", "t10k-", distribution.test)):
        files = [_file(folder, stem, what, distribution) for what in ("images", "labels")]
        image, label, mark = read_pair(files[0], files[1])
        known = (distribution.images or {}).get(part, mark[:32])
        same = image.shape == (sum(counts), 28, 28, 1) and np.array_equal(np.bincount(label), counts)
        if not same or not mark.startswith(known):
            raise UserError(
                f"{files[0]} and its labels are not the original {distribution.title}; "
                f"give the plain path {folder} to use them as they are"
            )
        splits[part] = Split(image, label)
        marks.append(mark)
    train = splits["train"]
    last = np.arange(len(train) - VALIDATION, len(train))
    splits["validation"] = Split(train.array, train.label, last)
    return Dataset(name, request.source, "images", splits, distribution.classes, fingerprint(*marks))


def _download(name: str, distribution: Distribution, request: Request) -> Path:
    folder = cache.folder(f"downloads/{name}")
    for file, md5 in zip(FILES, distribution.md5, strict=True):
        urls = [mirror + file for mirror in distribution.mirrors]
        hint = f", or get the four files elsewhere and name their folder as {name}:FOLDER"
        fetch(urls, folder / file, md5, help=hint, report=request.report)
    return folder


def _file(folder: Path, stem: str, what: str, distribution: Distribution) -> Path:
    path = find(folder, stem, what) if folder.is_dir() else None
    if path is None:
        axes = 3 if what == "images" else 1
        raise UserError(
            f"{folder} has no {stem}{what}-idx{axes}-ubyte[.gz]; give the folder with the four files of "
            f"{distribution.title}"
        )
    return path
