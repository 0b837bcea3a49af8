import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saddlepoint.core.hashing import content_key, row_keys
from saddlepoint.data.dataset import Split
from saddlepoint.data.splits import first_balanced, hold_out, notes_on, split_rows


@given(st.lists(st.integers(0, 2**64 - 1), max_size=60))
def test_every_row_is_in_one_split_and_duplicates_stay_together(values):
    keys = np.array(values, np.uint64)
    splits = split_rows(keys)
    if len(np.unique(keys / 2.0**64)) < 10:
        assert all(len(rows) == len(keys) for rows in splits.values())
        assert len(notes_on(splits)) == 1
        return
    assert all(len(rows) for rows in splits.values())
    assert sorted(np.concatenate(list(splits.values()))) == list(range(len(keys)))
    of = {row: part for part, rows in splits.items() for row in rows}
    homes = {}
    for row, value in enumerate(values):
        assert homes.setdefault(value, of[row]) == of[row]


def test_shares_are_as_declared():
    keys = row_keys(np.arange(20_000).reshape(-1, 1))
    splits = split_rows(keys)
    # Five standard deviations of a binomial share.
    for part, share in (("train", 0.8), ("validation", 0.1), ("test", 0.1)):
        assert abs(len(splits[part]) / 20_000 - share) < 5 * (share * (1 - share) / 20_000) ** 0.5
    assert sorted(np.concatenate(list(splits.values()))) == list(range(20_000))


def test_adding_examples_moves_none():
    array = np.arange(3_000).reshape(-1, 1)
    few, many = split_rows(row_keys(array[:2_000])), split_rows(row_keys(array))
    for part, rows in few.items():
        assert set(rows) == {row for row in many[part] if row < 2_000}


def test_the_hash_is_the_same_on_every_machine():
    digest = hashlib.blake2b(b"pixels", digest_size=8, key=b"saddlepoint splits 1").digest()
    assert content_key(b"pixels") == int.from_bytes(digest, "big")


def test_hold_out_removes_validation_from_train_where_they_overlap():
    array = np.zeros((10, 1))
    splits = {
        "train": Split(array),
        "validation": Split(array, None, np.array([7, 8])),
        "test": Split(array[:2]),
    }
    rows = hold_out(splits)["train"].rows
    assert rows is not None
    assert rows.tolist() == [0, 1, 2, 3, 4, 5, 6, 9]
    other = {**splits, "validation": Split(np.zeros((3, 1)))}
    assert hold_out(other)["train"] is other["train"]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=50), st.data())
def test_first_balanced_takes_the_first_of_each_class_evenly(labels, data):
    count = data.draw(st.integers(1, len(labels)))
    label = np.array(labels, np.int64)
    rows = first_balanced(Split(np.zeros((len(labels), 1)), label), count).rows
    assert rows is not None
    assert len(rows) == len(set(rows)) == count
    taken = np.bincount(label[rows], minlength=4)
    present = np.bincount(label, minlength=4)
    # No class has two more than another that still has examples left.
    assert all(taken[c] >= taken.max() - 1 or taken[c] == present[c] for c in range(4))
    for c in range(4):
        assert rows[label[rows] == c].tolist() == np.flatnonzero(label == c)[: taken[c]].tolist()


@pytest.mark.parametrize("count", [1, 3, 5])
def test_first_balanced_without_labels_is_the_first(count):
    rows = first_balanced(Split(np.zeros((5, 1))), count).rows
    assert rows is not None
    assert rows.tolist() == list(range(count))
