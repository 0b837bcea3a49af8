"""Copies of training images, and copies of the samples' own."""

import numpy as np
import pytest

from saddlepoint.evaluate.features import Features
from saddlepoint.evaluate.metric import Inputs
from saddlepoint.evaluate.metrics.birthday import birthday, closest, near
from saddlepoint.evaluate.metrics.memorisation import memorisation
from tests.evaluate.toys import toy


def encoded(pixels):
    return Features(np.zeros((len(pixels), 1), np.float32), thumbnails=lambda: pixels)


def pictures(rng, count, dimension=24):
    return rng.integers(0, 256, size=(count, dimension), dtype=np.uint8)


def inputs(fake, real, heldout, rng):
    return Inputs(encoded(fake), encoded(real), encoded(heldout), toy(), rng)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_the_share_of_copies_is_estimated(rng, share):
    real, heldout, fake = pictures(rng, 1500), pictures(rng, 500), pictures(rng, 1000)
    copies = rng.random(1000) < share
    fake[copies] = real[rng.integers(len(real), size=copies.sum())]
    found = memorisation(inputs(fake, real, heldout, rng))["memorisation"]
    assert found.low is not None
    assert found.high is not None
    assert found.low - 0.02 <= copies.mean() <= found.high + 0.02
    assert found.high - found.low < 0.3


def test_blur_is_no_memory(rng):
    # Every sample lies nearer to the training images than any held-out image does.
    real, heldout = pictures(rng, 1500), pictures(rng, 500)
    blurred = (127 + 0.1 * (pictures(rng, 1000).astype(float) - 127)).astype(np.uint8)
    found = memorisation(inputs(blurred, real, heldout, rng))["memorisation"]
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0 < found.high


@pytest.mark.parametrize("size", [50, 1000])
def test_a_known_support_is_found(rng, size):
    images = pictures(rng, size)
    found = birthday(inputs(images[rng.integers(size, size=2000)], pictures(rng, 2000), images, rng))["support"]
    assert found.value == pytest.approx(size, rel=0.15)
    assert found.low is not None
    assert found.high is not None
    assert found.low < size < found.high


def test_without_duplicates_there_is_only_a_lower_bound(rng):
    found = birthday(inputs(pictures(rng, 1000), pictures(rng, 2000), pictures(rng, 9), rng))["support"]
    assert found.value is None
    assert found.high is None
    assert found.low == pytest.approx(1000 * 999 / 2 / 3.689, rel=1e-3)


def test_closest_and_near(rng, monkeypatch):
    monkeypatch.setattr("saddlepoint.evaluate.distances._ENTRIES", 2000)
    x = pictures(rng, 200).astype(float)
    distance = np.sqrt(((x[:, None] - x) ** 2).sum(-1))
    pairs = np.sort(distance[np.triu_indices(200, 1)])
    assert closest(x, 1e-9) == pytest.approx(pairs[0], rel=1e-9)
    assert closest(x, 30 / len(pairs)) == pytest.approx(pairs[29], rel=1e-9)
    expected = (distance <= pairs[29] * (1 + 1e-9)).sum(1) - 1
    np.testing.assert_array_equal(near(x, pairs[29]), expected)
    assert expected.sum() == 60
