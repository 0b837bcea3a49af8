"""Splits where none are official: 80/10/10 by a seeded hash of content.

An example's place depends on its own content alone, so duplicates land together and a file that is added
moves no other.
"""

from collections.abc import Mapping

import numpy as np

from saddlepoint.data.dataset import Split

FEWEST = 10


def split_rows(keys: np.ndarray) -> dict[str, np.ndarray]:
    """Return the rows of train, validation and test for uint64 (n,) content hashes.

    With fewer than ten different examples all rows are in all three: there is nothing to hold out.
    """
    share = keys.astype(np.float64) / 2.0**64
    distinct = np.unique(share)
    if len(distinct) < FEWEST:
        return dict.fromkeys(("train", "validation", "test"), np.arange(len(keys)))
    # In a small set the shares may miss an interval; its nearest neighbours then stand in.
    low = min(max(0.8, distinct[1]), distinct[-2])
    high = min(max(0.9, distinct[distinct >= low][1]), distinct[-1])
    return {
        "train": np.flatnonzero(share < low),
        "validation": np.flatnonzero((share >= low) & (share < high)),
        "test": np.flatnonzero(share >= high),
    }


def tenth(keys: np.ndarray) -> np.ndarray:
    """Return the rows of the tenth that validates where only train and test are official."""
    return split_rows(keys)["validation"]


def notes_on(rows: Mapping[str, np.ndarray]) -> tuple[str, ...]:
    """Return what the user should know of these splits."""
    if np.array_equal(rows["train"], rows["test"]):
        return (f"fewer than {FEWEST} different examples: all {len(rows['train'])} train, validate and test",)
    return ()


def content_splits(array: np.ndarray, label: np.ndarray | None, keys: np.ndarray) -> dict[str, Split]:
    """Return the three splits of one array by its rows' hashes."""
    return {name: Split(array, label, rows) for name, rows in split_rows(keys).items()}


def hold_out(splits: Mapping[str, Split]) -> dict[str, Split]:
    """Return the splits with validation's rows removed from train, where they share an array."""
    train, validation = splits["train"], splits["validation"]
    if train.array is not validation.array:
        return dict(splits)
    rows = np.setdiff1d(train.all_rows, validation.all_rows)
    return {**splits, "train": Split(train.array, train.label, rows)} if len(rows) else dict(splits)


def first_balanced(split: Split, count: int) -> Split:
    """Return the first ``count`` examples with every class as often as any other, as far as they go."""
    rows = split.all_rows
    if split.label is None:
        return Split(split.array, None, rows[:count])
    label = split.label[rows]
    order = np.argsort(label, kind="stable")
    starts = np.concatenate([[0], np.cumsum(_sizes(label[order]))[:-1]])
    rank = np.empty(len(rows), np.int64)  # 0 for the first example of its class, 1 for the second
    rank[order] = np.arange(len(rows)) - np.repeat(starts, _sizes(label[order]))
    return Split(split.array, split.label, np.sort(rows[np.lexsort((label, rank))[:count]]))


def _sizes(ordered: np.ndarray) -> np.ndarray:
    return np.unique(ordered, return_counts=True)[1]
