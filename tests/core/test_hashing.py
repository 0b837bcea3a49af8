"""Runs and caches on disk keep these names: they must be what they were."""

import numpy as np
import pytest

from saddlepoint.core.hashing import content_key, digest, fingerprint, name_of, row_keys
from saddlepoint.data import cache, load
from saddlepoint.data.dataset import Dataset, Split


def test_a_digest_is_that_of_all_parts_together():
    assert digest([b"a", b"bc"], 12) == "ba7816bf8f01"  # NIST's SHA-256 of "abc"
    assert digest([b"abc"], 64) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_fingerprints_tell_where_a_part_ends():
    array = np.arange(6, dtype=np.int64).reshape(2, 3)
    assert fingerprint(b"ab", "é", None, array) == "79c55ae3255a02970a769c1c459460a8"
    assert fingerprint(b"ab", array[:, ::-1]) == fingerprint("ab", array[:, ::-1].copy())
    assert len({fingerprint(*parts) for parts in [("ab", "c"), ("a", "bc"), ("abc",), ("ab", "c", None)]}) == 4


def test_rows_are_hashed_alone():
    assert content_key(b"pixels") == 0x6F281FD2E37A7575
    array = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert row_keys(array).tolist() == [0x3FD5BEC331EFC2D8, 0xE77017CE077A1998]
    assert row_keys(array[::-1]).tolist() == row_keys(array)[::-1].tolist()


def test_entries_of_the_cache_are_named_by_what_they_print():
    assert cache.key("a", 7, "é\udcff", None) == "8e4f93de66ca4a75" == name_of(2, "a", 7, "é\udcff", None)
    assert name_of("a", "b") != name_of("ab") != name_of("a", "b", "")


@pytest.mark.parametrize(("fingerprint", "key"), [("f00", "d137249fb5be1b60"), ("", "7fae81e2692fc28f")])
def test_a_data_set_is_named_by_contents_and_splits(fingerprint, key):
    array = np.arange(24, dtype=np.uint8).reshape(6, 2, 2, 1)
    splits = {"train": Split(array, np.arange(6), np.array([3, 1])), "test": Split(array)}
    assert Dataset("x", "x", "images", splits, ("p", "q"), fingerprint).key == key
    splits["train"] = Split(array, np.arange(6), np.array([3, 2]))
    assert Dataset("x", "x", "images", splits, ("p", "q"), fingerprint).key != key


@pytest.mark.parametrize(("name", "key"), [("digits", "27b23189973435c3"), ("ring8", "0ef88530635817d5")])
def test_sets_that_come_with_the_package_keep_their_names(name, key):
    assert load(name).key == key
