"""LMDB's databases, read without its library, which ends the process where a file is damaged.

A database is one file of pages. The first two tell where the tree of keys begins, and the newer of them counts;
a branch names the pages below it, a leaf holds keys with what belongs to them, or with the first page of that.
"""

import mmap
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from saddlepoint.core.errors import UserError, reason

FILE = "data.mdb"
_MAGIC, _VERSION = 0xBEEFC0DE, 1
_HEAD = 16  # bytes of a page before its content
_META = struct.Struct(
    "<IIQQ48xIHHQQQQQQQ"
)  # magic, version, address, size, one tree, the main tree, page, transaction
_BRANCH, _LEAF, _OVERFLOW = 1, 2, 4
_BIG, _TREE = 1, 6  # of a key's flags: on pages of its own; a tree below it
_NOWHERE = 2**64 - 1  # root of an empty tree


class Entry(NamedTuple):
    """A key, and where what belongs to it lies in the file."""

    key: bytes
    start: int
    size: int


class Lmdb:
    """The main tree of a database, read only.

    Args:
        folder: that holds data.mdb, which nobody may be writing to.

    Raises:
        UserError: there is no such file, or it is none of LMDB's.
    """

    def __init__(self, folder: Path):
        self._path = folder / FILE
        try:
            with self._path.open("rb") as file:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._page, self._root = self._newest()
        except (OSError, ValueError, struct.error) as error:
            raise self._damaged(reason(error)) from error

    def entries(self) -> Iterator[Entry]:
        """Yield all entries in the order of their keys; raises UserError where the file is damaged."""
        waiting, seen = ([] if self._root == _NOWHERE else [self._root]), set()
        try:
            while waiting:
                number = waiting.pop()
                if number in seen:
                    raise ValueError("a page is below itself")
                seen.add(number)
                kind, nodes = self._nodes(number)
                if kind == _BRANCH:
                    waiting += [low | high << 16 | flags << 32 for _, low, high, flags, _ in reversed(nodes)]
                else:
                    yield from (self._entry(*node) for node in nodes)
        except (ValueError, struct.error) as error:
            raise self._damaged(reason(error)) from error

    def content(self, entry: Entry) -> bytes:
        """Return what belongs to an entry."""
        return self._bytes[entry.start : entry.start + entry.size]

    def _newest(self) -> tuple[int, int]:
        """Return the size of a page, and the root of the main tree in the newer of the two first pages."""
        found, place = [], 0
        for _ in range(2):
            magic, version, _, _, *rest = _META.unpack_from(self._bytes, place + _HEAD)
            if magic != _MAGIC:
                raise ValueError("it is none of LMDB's")
            if version != _VERSION:
                raise ValueError(f"it is of version {version}, where 1 is read")
            (size,) = struct.unpack_from("<I", self._bytes, place + _HEAD + 24)
            if size < 512 or size & size - 1:
                raise ValueError(f"its pages have {size:,} bytes")
            found.append((rest[-1], size, rest[-3]))
            place = size
        return max(found)[1:]

    def _nodes(self, number: int) -> tuple[int, list[tuple[int, int, int, int, int]]]:
        """Return the kind of a page, and of each of its nodes the place, three numbers and its key's size."""
        start = number * self._page
        if start >= len(self._bytes):
            raise ValueError(f"page {number:,} is beyond its end")
        kind, end = struct.unpack_from("<HH", self._bytes, start + 10)
        if (
            kind & (_BRANCH | _LEAF) not in (_BRANCH, _LEAF)
            or kind & ~3 & 0x3F
            or not _HEAD <= end <= self._page
        ):
            raise ValueError(f"page {number:,} is no part of its tree")
        places = struct.unpack_from(f"<{(end - _HEAD) // 2}H", self._bytes, start + _HEAD)
        return kind & 3, [(start + p, *struct.unpack_from("<4H", self._bytes, start + p)) for p in places]

    def _entry(self, place: int, low: int, high: int, flags: int, keys: int) -> Entry:
        if flags & _TREE:
            raise ValueError("it has trees of its own below its keys")
        size, start = low | high << 16, place + 8 + keys
        if flags & _BIG:
            (number,) = struct.unpack_from("<Q", self._bytes, start)
            start = number * self._page + _HEAD
        if start + size > len(self._bytes):
            raise ValueError("an entry is beyond its end")
        return Entry(self._bytes[place + 8 : place + 8 + keys], start, size)

    def _damaged(self, why: str) -> UserError:
        return UserError(f"cannot read {self._path} as an LMDB database ({why}); fetch it again")
