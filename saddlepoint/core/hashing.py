"""Short names for contents.

Runs and caches keep these names, so what a function returns for given contents never changes.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

SPLITS = b"saddlepoint splits 1"  # the key of examples' hashes, by which they are split


def digest(parts: Iterable[bytes | memoryview], digits: int) -> str:
    """Return the first hexadecimal ``digits``, at most 64, of the SHA-256 of ``parts`` one after the other."""
    sha = hashlib.sha256()
    for part in parts:
        sha.update(part)
    return sha.hexdigest()[:digits]


def fingerprint(*parts: bytes | str | np.ndarray | None) -> str:
    """Return 32 hexadecimal digits that name arrays and strings, in order; each counts with its length."""
    contents = []
    for part in parts:
        content = part.encode() if isinstance(part, str) else part if part is not None else b""
        data = np.ascontiguousarray(content).data if isinstance(content, np.ndarray) else content
        contents += [f"{len(data)}:".encode(), data]
    return digest(contents, 32)


def tensors_hash(tensors: Mapping[str, "Tensor"]) -> str:
    """Return 16 hexadecimal digits that name tensors, wherever they live, by their names and values."""
    contents = ((name, tensors[name].detach().cpu().contiguous().numpy()) for name in sorted(tensors))
    return digest((part for name, array in contents for part in (name.encode(), array.tobytes())), 16)


def name_of(*parts: object) -> str:
    """Return 16 hexadecimal digits that name things by how they print."""
    printed = (str(part).encode("utf-8", "surrogateescape") for part in parts)
    return hashlib.blake2b(b"\0".join(printed), digest_size=8).hexdigest()


def content_key(content: bytes | memoryview) -> int:
    """Return the seeded 64-bit hash of one example."""
    return int.from_bytes(hashlib.blake2b(content, digest_size=8, key=SPLITS).digest(), "big")


def row_keys(array: np.ndarray) -> np.ndarray:
    """Return uint64 (n,) hashes of the rows of any array (n, ...)."""
    keys = (content_key(np.ascontiguousarray(row).data) for row in array)
    return np.fromiter(keys, np.uint64, count=len(array))
