"""What every source becomes: arrays with official or seeded splits, and where they came from."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from saddlepoint.core.hashing import digest
from saddlepoint.core.kinds import full_scale
from saddlepoint.core.vocabulary import Vocabulary
from saddlepoint.data.subset import random_part

LARGE = 1 << 30  # bytes of a memory-mapped array that may not stay in memory

if TYPE_CHECKING:  # reading data does not need the libraries that training needs
    from saddlepoint.core.experiment import DataSpec
    from saddlepoint.data.truth import Truth


@dataclass(frozen=True)
class Split:
    """One part of a data set, as rows of a shared array.

    Attributes:
        array: uint8 (n, h, w, c) images, possibly memory-mapped, float32 (n, d) points, int16 (n, c, t) sounds,
            or int32 (n, t) tokens.
        label: int64 (n,) classes of all rows of ``array``, or None.
        rows: int64 (m,) the rows that belong to this split; None where all do.
    """

    array: np.ndarray
    label: np.ndarray | None = None
    rows: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.array) if self.rows is None else len(self.rows)

    @property
    def all_rows(self) -> np.ndarray:
        """int64 (m,) the rows that belong to this split, in order."""
        return np.arange(len(self.array)) if self.rows is None else self.rows

    def take(self, index: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
        """Return (examples, labels) at positions ``index`` within the split, in that order."""
        rows = index if self.rows is None else self.rows[index]
        return self.array[rows], self.labels(index)

    def advise(self, index: np.ndarray) -> None:
        """Tell the system that the examples at positions ``index`` are needed soon, where it may matter.

        Only memory-mapped arrays of more than a gigabyte are worth it; smaller ones stay in memory.
        """
        array, length = self.array, self.array[:1].nbytes
        file = getattr(array, "_mmap", None)
        if file is None or array.nbytes < LARGE or not hasattr(mmap, "MADV_WILLNEED"):
            return
        begin = array.ctypes.data - np.frombuffer(file, np.uint8).ctypes.data
        for row in index if self.rows is None else self.rows[index]:
            start = begin + int(row) * array.strides[0]
            page = start - start % mmap.PAGESIZE
            file.madvise(mmap.MADV_WILLNEED, page, start + length - page)

    def labels(self, index: np.ndarray) -> np.ndarray | None:
        """Return the classes at positions ``index`` within the split, or None."""
        if self.label is None:
            return None
        return self.label[index if self.rows is None else self.rows[index]]


@dataclass(frozen=True)
class Dataset:
    """A source after reading: what it holds, its splits, and its identity.

    Attributes:
        name: short name, for example ``"mnist"``; used in the names of runs.
        source: what the user typed, enough to load it again.
        kind: name of the kind of data, as in ``core.kinds``.
        splits: ``"train"``, ``"validation"`` and ``"test"``.
        classes: class names in label order, empty where there are no labels.
        fingerprint: content hash, hexadecimal.
        notes: sentences that the user should read (files skipped, images resized).
        fitted: whether images have the side that was asked for, or must still be resized.
        truth: what is known of the distribution that they were drawn from, or None.
        labels: the file that classes were read from, as it was asked for, or None.
        rate: samples a second of sounds, 0 for all else.
        vocabulary: what tokens stand for, None for all else.
    """

    name: str
    source: str
    kind: str
    splits: Mapping[str, Split]
    classes: tuple[str, ...] = ()
    fingerprint: str = ""
    notes: tuple[str, ...] = field(default=())
    fitted: bool = False
    truth: Truth | None = None
    labels: str | None = None
    rate: int = 0
    vocabulary: Vocabulary | None = None

    @property
    def train(self) -> Split:
        """The training split."""
        return self.splits["train"]

    @property
    def shape(self) -> tuple[int, ...]:
        """(h, w, c) of an image, (d,) of a point, (c, t) of a sound or (t,) of a sequence."""
        return self.train.array.shape[1:]

    @property
    def counts(self) -> tuple[int, ...]:
        """Training examples of each class, empty where there are no labels."""
        label = self.train.labels(np.arange(len(self.train)))
        return () if label is None else tuple(np.bincount(label, minlength=len(self.classes)).tolist())

    @property
    def unseen(self) -> tuple[int, ...]:
        """Labels of the classes that no training example has."""
        return tuple(label for label, count in enumerate(self.counts) if not count)

    @cached_property
    def key(self) -> str:
        """16 hexadecimal digits that name the contents and how they are split; caches keep them."""
        return digest(self._contents(), 16)

    def _contents(self) -> Iterator[bytes]:
        yield self.fingerprint.encode() + repr((self.kind, self.shape, self.classes)).encode()
        for name, split in sorted(self.splits.items()):
            yield f"{name} {len(split)} ".encode()
            if split.rows is not None:
                yield np.ascontiguousarray(split.rows, dtype=np.int64).tobytes()
            if not self.fingerprint:
                for start in range(0, len(split.array), 4096):
                    yield np.ascontiguousarray(split.array[start : start + 4096]).tobytes()
                if split.label is not None:
                    yield np.ascontiguousarray(split.label).tobytes()

    @property
    def spec(self) -> DataSpec:
        """What a recipe may know of the data."""
        from saddlepoint.core.experiment import DataSpec

        return DataSpec(
            name=self.name,
            kind=self.kind,
            shape=self.shape,
            classes=self.classes,
            count=len(self.train),
            mean=self._mean,
            deviation=self._deviation,
            counts=self.counts,
            unseen=self.unseen,
            notes=self.notes,
            rate=self.rate,
            vocabulary=self.vocabulary,
        )

    def _mean(self) -> np.ndarray:
        examples, _ = self.train.take(random_part(len(self.train), 10_000))
        return examples.mean(axis=0, dtype=np.float64) / full_scale(examples)

    def _deviation(self) -> np.ndarray:
        examples, _ = self.train.take(random_part(len(self.train), 10_000))
        return examples.std(axis=0, dtype=np.float64) / full_scale(examples)
