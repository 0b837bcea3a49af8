"""House numbers of Street View, cut to single digits, from MATLAB's files."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.hashing import fingerprint
from saddlepoint.data import cache
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.download import fetch
from saddlepoint.data.files.mat import read_mat
from saddlepoint.data.request import Request, sources

MIRROR = "http://ufldl.stanford.edu/housenumbers/"
FILES = {  # and their published MD5
    "train_32x32.mat": "e26dedcc434d2e4c54c9b2d4a06d8373",
    "test_32x32.mat": "eb5a983be6a315427106f1b164d9cef3",
}
VALIDATION = 5_000  # the last of the training file, at most a tenth
SIDE, DIGITS = 32, 10


class _Part(NamedTuple):
    """What one file holds: uint8 (n, 32, 32, 3) images and int64 (n,) digits."""

    images: np.ndarray
    labels: np.ndarray


@sources.register()
def svhn(request: Request) -> Dataset:
    """73,257 + 26,032 house digits, 32×32 colour, 10 classes (Netzer et al. 2011); or svhn:FOLDER.

    FOLDER has train_32x32.mat and test_32x32.mat. ``validation`` is the training file's last 5,000. The file of
    531,131 easier digits, extra_32x32.mat, is not read.
    """
    folder = _download(request) if request.argument is None else request.path
    paths = [folder / name for name in FILES]
    for path in paths:
        if not path.is_file():
            raise UserError(f"{folder} has no {path.name}; give the folder with SVHN's {' and '.join(FILES)}")
    place = f"svhn-{cache.key(folder.absolute())}"
    stats = [path.stat() for path in paths]
    name = f"{place}-{cache.key(*((stat.st_size, stat.st_mtime_ns) for stat in stats))}"

    def fill(rows: cache.Rows) -> dict:
        counts, labels, marks = [], [], []
        for done, path in enumerate(paths):
            request.report("unpacking svhn, once", done, len(paths))
            part = _read(path)
            for image in part.images:
                rows.append(image)
            counts.append(len(part.labels))
            labels += part.labels.tolist()
            marks.append(fingerprint(part.images, part.labels))
        return {"counts": counts, "label": labels, "marks": marks}

    entry = cache.lookup(name) or cache.build(name, place, fill)
    label = np.array(entry.about["label"], np.int64)
    train, test = entry.about["counts"]
    last = min(VALIDATION, train // 10)
    splits = {
        "train": Split(entry.array, label, np.arange(train)),
        "validation": Split(entry.array, label, np.arange(train - last, train)),
        "test": Split(entry.array, label, np.arange(train, train + test)),
    }
    classes = tuple(map(str, range(DIGITS)))
    return Dataset("svhn", request.source, "images", splits, classes, fingerprint(*entry.about["marks"]))


def _download(request: Request) -> Path:
    folder = cache.folder("downloads/svhn")
    hint = ", or get both files elsewhere and name their folder as svhn:FOLDER"
    for name, md5 in FILES.items():
        fetch([MIRROR + name], folder / name, md5, help=hint, report=request.report)
    return folder


def _read(path: Path) -> _Part:
    """Read one of the files: X (32, 32, 3, n) and y (n, 1), where 10 is the digit 0."""
    images, labels = read_mat(path, ("X", "y"))
    if images.dtype != np.uint8 or images.shape[:-1] != (SIDE, SIDE, 3) or not images.shape[-1]:
        raise UserError(
            f"X of {path} is {images.dtype} {images.shape}, where SVHN has uint8 (32, 32, 3, n); fetch it again"
        )
    count = images.shape[-1]
    labels = labels.astype(np.int64).ravel()
    if len(labels) != count or labels.min() < 1 or labels.max() > DIGITS:
        raise UserError(f"y of {path} is not one digit, 1 to 10, for each of {count:,} images; fetch it again")
    return _Part(np.ascontiguousarray(images.transpose(3, 0, 1, 2)), labels % DIGITS)
