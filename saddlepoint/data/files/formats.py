"""Which files are images: whatever the installed Pillow decodes, by its own registry."""

import mimetypes
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import PurePosixPath
from typing import IO

from PIL import Image, ImageFile

# Pillow opens these, but hands them to an outside program, reads no pixels, or flattens layers in its own way.
_NO_PICTURES = frozenset({"EPS", "MPEG", "PSD"})
_IN_FILES = "save its images as files, or all as one .npy"
_UNPACK = "unpack it and give the folder"
# Endings of names -> the format, and what to do, where people keep data sets in what is not read as it is.
_FOREIGN = {
    ".parquet": ("Parquet", _IN_FILES),
    ".arrow": ("Arrow", _IN_FILES),
    ".mdb": ("an LMDB database", f"of LSUN give lsun:FOLDER, of another {_IN_FILES}"),
    "_32x32.mat": ("SVHN's MATLAB format", "give svhn:FOLDER"),
    ".mat": ("MATLAB's format", _IN_FILES),
    "_x.bin": ("STL-10's binary format", "give stl10:FOLDER"),
    "_batch_1.bin": ("CIFAR-10's binary format", "give cifar10:FOLDER"),
    ".tfrecord": ("TFRecord", _IN_FILES),
    ".tfrecords": ("TFRecord", _IN_FILES),
    ".h5": ("HDF5", _IN_FILES),
    ".hdf5": ("HDF5", _IN_FILES),
    ".tar": ("a tar archive", _UNPACK),
    ".tar.gz": ("a tar archive", _UNPACK),
    ".tgz": ("a tar archive", _UNPACK),
    ".7z": ("a 7z archive", _UNPACK),
    ".rar": ("a rar archive", _UNPACK),
}
USUAL = "png, jpg, webp, gif, tif, bmp, avif and whatever else Pillow reads"


def is_image_name(name: str) -> bool:
    """Say whether a file's name ends like an image's."""
    return _suffix(name) in _suffixes()


def is_image(file: IO[bytes]) -> bool:
    """Say whether a file is an image by its content, whatever its name; reads its header."""
    head = file.read(16)
    if len(head) < 16 or not any(accept(head) for accept in _signs().values()):
        return False
    file.seek(0)
    try:
        with Image.open(file, formats=list(_signs())):
            return True
    except Exception:  # Pillow raises nearly everything on what is no image
        return False


def formats(name: str) -> list[str]:
    """Return the formats that a file called ``name`` may have: its own, and all that have a signature.

    Those without one (TGA) would take damaged files of others for theirs.
    """
    own = _suffixes().get(_suffix(name))
    return [*_signs(), *([own] if own and own not in _signs() else [])]


def others_told(names: Iterable[str]) -> str:
    """Return a note on files that are no images, counted by kind, or ""; text and tables go without saying."""
    kinds: Mapping[str, int] = Counter(kind for name in names if (kind := _suffix(name)) and not _is_text(name))
    listed = ", ".join(
        f"{count:,} {kind}" for kind, count in sorted(kinds.items(), key=lambda k: (-k[1], k[0]))
    )
    return f"left out what is no image that can be read: {listed}" if listed else ""


def foreign(names: Iterable[str]) -> tuple[str, str] | None:
    """Return the format of the first file that is of a known one that is not read as it is, and what to do."""
    for name in names:
        for ending, found in _FOREIGN.items():
            if name.lower().endswith(ending):
                return found
    return None


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _is_text(name: str) -> bool:
    kind = mimetypes.guess_type(name)[0] or ""
    return kind.startswith("text/") or kind.endswith(("json", "xml", "yaml")) or _suffix(name) == ".jsonl"


@cache
def _openers() -> dict[str, Callable[[bytes], object] | None]:
    """Return for each format that decodes pixels how it is known, or None where it has no signature."""
    Image.init()
    found = {}
    for name, (opener, accept) in Image.OPEN.items():
        stub = isinstance(opener, type) and issubclass(opener, ImageFile.StubImageFile)
        if not stub and name not in _NO_PICTURES:
            found[name] = accept
    return found


@cache
def _signs() -> dict[str, Callable[[bytes], object]]:
    return {name: accept for name, accept in _openers().items() if accept is not None}


@cache
def _suffixes() -> dict[str, str]:
    return {end: name for end, name in Image.registered_extensions().items() if name in _openers()}
