"""Stacks of the embedded digits: a thousand kinds without a download, of digits that splits do not share."""

import numpy as np

from saddlepoint.data import load
from saddlepoint.data.channels import Channels


def known(data, part):
    split = data.splits[part]
    return {row.tobytes() for row in split.array[split.all_rows]}


def test_channels_are_digits_of_the_own_split_alone():
    data = load("stacked_digits")
    assert data.shape == (8, 8, 3)
    assert data.classes == ()
    assert {part: len(split) for part, split in data.splits.items()} == {
        "train": 128_000,
        "validation": 10_000,
        "test": 26_000,
    }
    assert isinstance(data.truth, Channels)
    grey = data.truth.images
    for part in data.splits:
        channels = np.moveaxis(data.splits[part].array[:500], 3, 0).reshape(-1, 8, 8, 1)
        assert {np.ascontiguousarray(image).tobytes() for image in channels} <= known(grey, part)
    assert known(grey, "train").isdisjoint(known(grey, "test"))
    assert not np.array_equal(data.train.array[..., 0], data.train.array[..., 1])


def test_the_same_stacks_every_time():
    one, two = load("stacked_digits"), load("stacked_digits")
    assert one.fingerprint == two.fingerprint
    assert np.array_equal(one.train.array, two.train.array)
