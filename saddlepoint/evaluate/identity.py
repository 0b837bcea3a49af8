"""The name under which a data set's judges and statistics are kept."""

import hashlib

import numpy as np

from saddlepoint.data.dataset import Dataset


def identity(dataset: Dataset) -> str:
    """Return 16 hexadecimal digits that name the contents of ``dataset`` and how it is split."""
    sha = hashlib.sha256((dataset.fingerprint or "").encode())
    sha.update(repr((dataset.kind, dataset.shape, dataset.classes)).encode())
    for name, split in sorted(dataset.splits.items()):
        sha.update(f"{name} {len(split)} ".encode())
        if split.rows is not None:
            sha.update(np.ascontiguousarray(split.rows, dtype=np.int64).tobytes())
        if not dataset.fingerprint:
            for start in range(0, len(split.array), 4096):
                sha.update(np.ascontiguousarray(split.array[start : start + 4096]).tobytes())
            if split.label is not None:
                sha.update(np.ascontiguousarray(split.label).tobytes())
    return sha.hexdigest()[:16]
