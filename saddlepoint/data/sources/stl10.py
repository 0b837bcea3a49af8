"""STL-10, from its binary files: 96×96 photographs with few labels, and many without."""

import tarfile
import zlib
from pathlib import Path

import numpy as np

from saddlepoint.core.errors import UserError, reason
from saddlepoint.core.files import atomic_path, remove
from saddlepoint.core.hashing import fingerprint, row_keys
from saddlepoint.core.locks import locked
from saddlepoint.data import cache
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.download import fetch
from saddlepoint.data.request import Request, sources
from saddlepoint.data.splits import tenth

ARCHIVE = "stl10_binary.tar.gz"
MIRROR = "http://ai.stanford.edu/~acoates/stl10/"
MD5 = "91f7769df0f17e558f3565bffb0c7dfb"
CLASSES = ("airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck")
LABELLED = ("train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin")
UNLABELLED = "unlabeled_X.bin"
SIDE = 96
_ROW = 3 * SIDE * SIDE


@sources.register()
def stl10(request: Request) -> Dataset:
    """5,000 + 8,000 photographs, 96×96 colour, 10 classes (Coates et al. 2011); or stl10:FOLDER.

    FOLDER has the binary files train_X.bin, train_y.bin, test_X.bin and test_y.bin. ``validation`` is a tenth
    of ``train`` by content. The download has 2.5 GB.
    """
    folder = _folder(request, LABELLED)
    parts = {part: (_images(folder / f"{part}_X.bin"), _labels(folder, part)) for part in ("train", "test")}
    marks, rows = _facts(folder, [images for images, _ in parts.values()])
    splits = {part: Split(images, label) for part, (images, label) in parts.items()}
    splits["validation"] = Split(*parts["train"], rows)
    mark = fingerprint(*marks, *(label for _, label in parts.values()))
    return Dataset("stl10", request.source, "images", splits, CLASSES, mark)


@sources.register()
def stl10_unlabeled(request: Request) -> Dataset:
    """100,000 photographs without classes, 96×96 colour (Coates et al. 2011); or stl10_unlabeled:FOLDER.

    FOLDER has unlabeled_X.bin and test_X.bin, whose 8,000 images test. ``validation`` is a tenth of ``train``
    by content.
    """
    folder = _folder(request, (UNLABELLED, "test_X.bin"))
    train, test = _images(folder / UNLABELLED), _images(folder / "test_X.bin")
    marks, rows = _facts(folder, [train, test])
    splits = {"train": Split(train), "validation": Split(train, None, rows), "test": Split(test)}
    return Dataset("stl10_unlabeled", request.source, "images", splits, (), fingerprint(*marks))


def _folder(request: Request, needed: tuple[str, ...]) -> Path:
    """Return the folder with the binary files, downloaded and unpacked the first time."""
    if request.argument is None:
        folder = cache.folder("downloads/stl10")
        if not _complete(folder):
            _download(folder, request)
        return folder
    folder = request.path
    inner = folder / "stl10_binary"
    folder = inner if inner.is_dir() else folder
    for name in needed:
        if not (folder / name).is_file():
            raise UserError(f"{folder} has no {name}; give the folder that {ARCHIVE} unpacks to")
    return folder


def _complete(folder: Path) -> bool:
    return all((folder / name).is_file() for name in (*LABELLED, UNLABELLED))


def _download(folder: Path, request: Request) -> None:
    """Download and unpack; who comes meanwhile waits, as the archive goes when it is unpacked."""
    hint = ", or get it elsewhere, unpack it and name its folder as stl10:FOLDER"
    lock = folder / "unpacking.lock"
    with (
        cache.writing(ARCHIVE),
        locked(lock, lambda: request.report("another process prepares stl10", 0, 0)) as waited,
    ):
        if waited and _complete(folder):
            return
        archive = fetch([MIRROR + ARCHIVE], folder / ARCHIVE, MD5, help=hint, report=request.report)
        unpack(archive, folder, request)
        remove(archive)


def unpack(archive: Path, folder: Path, request: Request) -> None:
    """Write the binary files of an archive into a folder; raises UserError where it is damaged or lacks one."""
    wanted = {*LABELLED, UNLABELLED}
    try:
        with tarfile.open(archive, "r:gz") as members:
            for member in members:
                name = member.name.rpartition("/")[2]
                file = members.extractfile(member) if name in wanted and member.isfile() else None
                if file is None:
                    continue
                request.report(f"unpacking {name}, once", 0, 0)
                with cache.writing(name), atomic_path(folder / name) as path, path.open("wb") as out:
                    while block := file.read(2**22):
                        out.write(block)
                wanted.discard(name)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise UserError(f"cannot read {archive} ({reason(error)}); fetch it again") from error
    if wanted:
        raise UserError(f"{archive} has no {min(wanted)}; fetch it again")


def _images(path: Path) -> np.ndarray:
    """Return uint8 (n, 96, 96, 3), memory-mapped: in the file each colour lies column by column."""
    size = path.stat().st_size
    if not size or size % _ROW:
        raise UserError(f"{path} is not a number of images of {_ROW:,} bytes; fetch it again")
    return np.memmap(path, np.uint8, "c").reshape(-1, 3, SIDE, SIDE).transpose(0, 3, 2, 1)


def _labels(folder: Path, part: str) -> np.ndarray:
    path = folder / f"{part}_y.bin"
    label, count = np.fromfile(path, np.uint8), (folder / f"{part}_X.bin").stat().st_size // _ROW
    if len(label) != count or label.min() < 1 or label.max() > len(CLASSES):
        raise UserError(f"{path} is not one class, 1 to 10, for each of {count:,} images; fetch it again")
    return label.astype(np.int64) - 1


def _facts(folder: Path, arrays: list[np.ndarray]) -> tuple[list[str], np.ndarray]:
    """Return a hash of each array, and the rows of the first that validate; remembered while files stay."""
    stats = [path.stat() for path in sorted(folder.glob("*.bin"))]
    key = cache.key(folder.absolute(), *((stat.st_size, stat.st_mtime_ns) for stat in stats))

    def compute() -> dict:
        keys = [row_keys(array) for array in arrays]
        return {"marks": [fingerprint(one) for one in keys], "rows": tenth(keys[0]).tolist()}

    found = cache.remembered(f"stl10-{len(arrays[0])}-{key}", compute)
    return found["marks"], np.array(found["rows"], np.int64)
