"""Decoded images and downloads that are kept between starts, in one folder per user.

An entry is a memory-mapped uint8 ``.npy`` and a ``.json`` that describes it. The JSON is written last, so
an entry without one is not used, and one whose length disagrees with it is built again. Entries are named
by what they were made from, and made by one process while others that want the same wait for it.
"""

import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.files import atomic_path, remove, write_text
from saddlepoint.core.hashing import name_of
from saddlepoint.core.locks import locked

VERSION = 2  # of the decoding and of the layout; a new one makes old entries unused
_DAY = 86_400


class Entry(NamedTuple):
    """Cached images and their description.

    Attributes:
        array: uint8 (n, h, w, c), memory-mapped; writing to it changes no file.
        about: what the builder stored beside it.
    """

    array: np.ndarray
    about: dict[str, Any]


def root() -> Path:
    """Return ``$SADDLE_CACHE``, or ``saddlepoint`` in the platform's cache folder."""
    if chosen := os.environ.get("SADDLE_CACHE"):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "saddlepoint"


@contextmanager
def writing(what: str = "files") -> Iterator[None]:
    """Turn an operating-system error inside the block into a UserError that names the cache folder."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(
            f"cannot write {what} to the cache folder {root()} ({reason}); "
            "set SADDLE_CACHE to a folder with room that you can write to"
        ) from error


def folder(name: str) -> Path:
    """Return the folder ``name`` of the cache, made if need be; raises UserError if it cannot be."""
    path = root() / name
    with writing():
        path.mkdir(parents=True, exist_ok=True)
    return path


def key(*parts: object) -> str:
    """Return 16 hexadecimal digits that name an entry made from ``parts``."""
    return name_of(VERSION, *parts)


def lookup(name: str) -> Entry | None:
    """Return the entry ``name``, or None where there is none or it is damaged."""
    base = root() / "decoded"
    try:
        about = json.loads((base / f"{name}.json").read_text("utf-8"))
        array = np.load(base / f"{name}.npy", mmap_mode="c", allow_pickle=False)
        length = (base / f"{name}.npy").stat().st_size
        whole = array.size + getattr(array, "offset", 0) == length and list(array.shape) == about["shape"]
    except (OSError, ValueError, EOFError, KeyError, TypeError):
        return None
    return Entry(array, about) if whole and array.dtype == np.uint8 else None


def build(name: str, place: str, fill: Callable[["Rows"], dict[str, Any]]) -> Entry:
    """Make the entry ``name``: ``fill`` appends images and returns the description.

    Args:
        name: the entry, unique to its content; begins with ``place``.
        place: the part of the name that stays when the content changes: older entries of it are removed.
        fill: appends images to the rows, returns what belongs beside them as JSON.

    Raises:
        UserError: if the cache folder cannot be written to.
    """
    base = folder("decoded")
    _clean(base, name, place)
    with writing(), locked(base / f"{name}.lock", lambda: None) as waited:
        entry = lookup(name) if waited else None
        if entry is not None:  # another process has made it
            return entry
        with atomic_path(base / f"{name}.npy") as temporary, Rows(temporary) as rows:
            about = fill(rows)
            about["shape"] = list(rows.shape)
        write_text(base / f"{name}.json", json.dumps(about))
    entry = lookup(name)
    if entry is None:
        raise UserError(f"cannot read back {base / name}.npy; clear the cache folder {root()}")
    return entry


def remembered(name: str, compute: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return the small JSON object ``name`` of the cache, computing and storing it the first time."""
    found = recall(name)
    if found is None:
        found = compute()
        remember(name, found)
    return found


def recall(name: str) -> dict[str, Any] | None:
    """Return the small JSON object ``name`` of the cache, None where there is none."""
    try:
        return json.loads((folder("facts") / f"{name}.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None


def remember(name: str, facts: dict[str, Any]) -> None:
    """Store a small JSON object; raises UserError where the cache cannot be written."""
    path = folder("facts") / f"{name}.json"
    with writing():
        write_text(path, json.dumps(facts))


def _clean(base: Path, name: str, place: str) -> None:
    for path in (*base.glob(f"{place}-*"), *base.glob(".*.tmp")):
        abandoned = path.suffix == ".tmp"
        # Another process may remove the file first, or (on Windows) still read it.
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _DAY if abandoned else path.stem != name:
                remove(path)


class Rows:
    """A uint8 ``.npy`` that grows one image at a time, and turns to colour with the first colour image.

    Images are written in order and never held: the file is as long as what was appended.

    Attributes:
        shape: (n, h, w, c) so far.
    """

    def __init__(self, path: Path):
        self.shape: tuple[int, int, int, int] = (0, 0, 0, 0)
        self._path = path
        self._file: IO[bytes] = path.open("w+b")

    def __enter__(self) -> "Rows":
        return self

    def __exit__(self, *failure: object) -> None:
        if failure[0] is None:
            self._file.seek(0)
            self._file.write(_header(self.shape))
        self._file.close()

    def append(self, image: np.ndarray) -> None:
        """Append one (h, w, c) image; all have one size, and c is 1 or 3."""
        n, h, w, channels = self.shape
        if n == 0:
            h, w, channels = image.shape
            self._file.write(_header((0, h, w, channels)))
        if image.shape[-1] > channels:
            self._widen()
            channels = image.shape[-1]
        self._file.write(np.ascontiguousarray(np.broadcast_to(image, (h, w, channels))).data)
        self.shape = (n + 1, h, w, channels)

    def _widen(self) -> None:
        """Rewrite the grey rows so far with three equal channels, from the last to the first."""
        n, h, w, _ = self.shape
        start, pixels = len(_header(self.shape)), h * w
        for row in reversed(range(n)):
            self._file.seek(start + row * pixels)
            grey = np.frombuffer(self._file.read(pixels), np.uint8)
            self._file.seek(start + row * pixels * 3)
            self._file.write(np.repeat(grey, 3).data)
        self._file.seek(start + n * pixels * 3)


def _header(shape: tuple[int, ...]) -> bytes:
    # The format leaves room for the first axis to grow, so the final header is as long as the first.
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        stream, {"descr": "|u1", "fortran_order": False, "shape": tuple(shape)}
    )
    return stream.getvalue()
