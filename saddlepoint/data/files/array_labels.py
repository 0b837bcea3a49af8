"""Labels in arrays, as people keep them: integers from anywhere, one-hot rows, whole floats, names."""

from collections.abc import Mapping

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.data.files.layout import natural

Labels = Mapping[str, np.ndarray | None]


def read_labels(
    given: Mapping[str, tuple[np.ndarray | None, int]], place: str
) -> tuple[Labels, tuple[str, ...], str]:
    """Return (int64 labels by split, class names, a note or "").

    Classes are the labels that occur in any split, in order, so that labels from 1 leave no class without
    images; one-hot rows (n, k) name k classes.

    Args:
        given: by split its labels, or None, and its number of examples.
        place: file for messages.

    Raises:
        UserError: labels are negative, fractions or soft, or not as many as examples.
    """
    plain = {part: _plain(label, count, place) for part, (label, count) in given.items() if label is not None}
    values = [label for label in plain.values() if label is not None]
    if not values:
        return dict.fromkeys(given), (), ""
    if len({label.dtype.kind for label in values}) > 1:
        raise UserError(f"{place} holds labels of different types in its splits; save them alike")
    distinct = np.unique(np.concatenate(values))
    names = natural(set(map(str, distinct)))
    order = {name: index for index, name in enumerate(names)}
    index = np.array([order[str(value)] for value in distinct], np.int64)
    labels = {part: index[np.searchsorted(distinct, label)] for part, label in plain.items()}
    onehot = any(label is not None and label.ndim == 2 and label.shape[1] > 1 for label, _ in given.values())
    note = f"one-hot labels read as {len(names)} classes" if onehot else ""
    return {part: labels.get(part) for part in given}, names, note


def _plain(label: np.ndarray, count: int, place: str) -> np.ndarray:
    """Return (n,) integers or names."""
    what = f"{place} holds labels {label.dtype} {label.shape} for {count:,} examples"
    if label.ndim == 2 and label.shape[1] > 1 and len(label) == count:
        hot = (
            label.dtype.kind in "buif"
            and ((label == 0) | (label == 1)).all()
            and (label.sum(axis=1) == 1).all()
        )
        if not hot:
            raise UserError(f"{what}, which are not one-hot; save one integer for each")
        return label.argmax(axis=1)
    label = label.reshape(-1)
    if len(label) != count:
        raise UserError(f"{place} holds {len(label):,} labels for {count:,} examples; save one for each")
    if label.dtype.kind == "S":
        return np.char.decode(label, "utf-8", "replace")
    if label.dtype.kind == "f" and (np.rint(label) == label).all() and (np.abs(label) < 2**63).all():
        label = label.astype(np.int64)
    if label.dtype.kind not in "buiU" or (label.dtype.kind == "i" and len(label) and int(label.min()) < 0):
        raise UserError(f"{what}; labels are whole numbers from 0, or names, one for each")
    if label.dtype.kind in "iu" and len(label) and int(label.max()) > np.iinfo(np.int64).max:
        raise UserError(f"{what}, up to {int(label.max())}; labels are whole numbers below 2^63")
    return label if label.dtype.kind == "U" else label.astype(np.int64)
