"""Spoiled data: examples (n, ...) and labels (n,) or None -> the same with a fault."""

from collections.abc import Callable

import numpy as np

FEW, HELD = 100, 40  # examples that are trained on, and more that a run holds out
SEVERAL = 410  # of which a run holds out a fifth

Labels = np.ndarray | None
Spoil = Callable[[np.ndarray, Labels, np.random.Generator], tuple[np.ndarray, Labels]]


def few(examples: np.ndarray, label: Labels, rng: np.random.Generator) -> tuple[np.ndarray, Labels]:
    """Return a hundred examples, and those that are held out."""
    return _rows(examples, label, rng.permutation(len(examples))[: FEW + HELD])


def several(examples: np.ndarray, label: Labels, rng: np.random.Generator) -> tuple[np.ndarray, Labels]:
    """Return some 320 examples, and those that are held out: no longer few, and still known by heart."""
    return _rows(examples, label, rng.permutation(len(examples))[:SEVERAL])


def repeated(examples: np.ndarray, label: Labels, rng: np.random.Generator) -> tuple[np.ndarray, Labels]:
    """Return examples of which two in five are repeats of three."""
    rows = rng.permutation(len(examples))
    count = len(rows) * 2 // 5
    rows[:count] = rows[-3:][rng.integers(0, 3, count)]
    return _rows(examples, label, rows)


def empty(examples: np.ndarray, label: Labels, rng: np.random.Generator) -> tuple[np.ndarray, Labels]:
    """Return images of which one in four shows nothing but one grey."""
    part, label = _rows(examples, label, rng.permutation(len(examples)))
    part[: len(part) // 4] = rng.integers(0, 256, (len(part) // 4, 1, 1, 1))
    return part, label


def dim(examples: np.ndarray, label: Labels, rng: np.random.Generator) -> tuple[np.ndarray, Labels]:
    """Return images or sounds in a thirtieth of their range, as fractions that were stored as bytes."""
    return examples // 30, label


def large(examples: np.ndarray, label: Labels, rng: np.random.Generator) -> tuple[np.ndarray, Labels]:
    """Return points in units a hundred times too small."""
    return examples * np.float32(100), label


def shuffled(examples: np.ndarray, label: Labels, rng: np.random.Generator) -> tuple[np.ndarray, Labels]:
    """Return examples with each other's labels."""
    assert label is not None
    return examples, rng.permutation(label)


def _rows(examples: np.ndarray, label: Labels, rows: np.ndarray) -> tuple[np.ndarray, Labels]:
    return examples[rows].copy(), None if label is None else label[rows]
