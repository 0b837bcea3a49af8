"""Stacked MNIST: how it is drawn, and that its score has the floor it must have."""

import os
from pathlib import Path

import numpy as np
import pytest

from saddlepoint.core.errors import UserError
from saddlepoint.data import load
from saddlepoint.data.channels import Channels
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.sources._stacking import stack
from saddlepoint.data.sources.stacked_mnist import COUNTS
from saddlepoint.evaluate import Encoder, Encoding, Inputs
from saddlepoint.evaluate.features import Features
from saddlepoint.evaluate.metrics import stacked_modes as module
from tests.evaluate.toys import toy

FOLDER = Path(os.environ.get("SADDLE_TEST_DATA", "")) / "mnist"


def digits():
    """Images whose every pixel is the digit."""
    image = np.arange(10, dtype=np.uint8).repeat(28 * 28).reshape(10, 28, 28, 1)
    return Dataset("flat", "flat", "images", {"train": Split(image, np.arange(10))}, tuple("0123456789"))


def reader(images):
    return Encoding(np.zeros((len(images), 1), np.float32), np.eye(10, dtype=np.float32)[images[:, 0, 0, 0]])


@pytest.fixture(autouse=True)
def exact_judge(monkeypatch):
    monkeypatch.setattr(module, "find_encoder", lambda name, data: Encoder("reader", "0", reader, 1.0))


def measured(rows, side=28):
    flat = stack(digits().train.array, rows, side).reshape(len(rows), -1)
    encoded = Features(np.zeros((len(rows), 1), np.float32), thumbnails=lambda: flat)
    inputs = Inputs(encoded, encoded, encoded, toy(truth=Channels(digits())), np.random.default_rng(0))
    return module.stacked_modes(inputs)


@pytest.mark.parametrize("side", [28, 32])
def test_every_triple_once_is_a_thousand_modes_without_divergence(side):
    rows = np.stack(np.unravel_index(np.arange(1000), (10, 10, 10)), 1)
    found = measured(rows, side)
    assert found["stacked_modes"].value == 1000
    assert found["stacked_kl"].value == pytest.approx(0, abs=1e-12)


def test_one_triple_is_ln_1000_from_uniform():
    found = measured(np.tile([3, 1, 4], (200, 1)))
    assert found["stacked_modes"].value == 1
    assert found["stacked_kl"].value == pytest.approx(np.log(1000))


def test_the_order_of_the_channels_matters():
    rows = np.repeat([[0, 1, 2], [2, 1, 0], [0, 2, 1]], 50, axis=0)
    assert measured(rows)["stacked_modes"].value == 3


def test_a_perfect_sampler_scores_the_floor():
    rows = np.random.default_rng(1).integers(10, size=(13_000, 3))
    found = measured(rows)["stacked_kl"]
    assert found.detail["floor"] == pytest.approx(999 / 26_000)
    assert found.value == pytest.approx(found.detail["floor"], rel=0.15)


def test_the_border_of_a_stack_is_zero():
    digit = np.full((1, 28, 28, 1), 9, np.uint8)
    image = stack(digit, np.zeros((1, 3), np.int64), 32)
    assert image.shape == (1, 32, 32, 3)
    assert image.sum() == 9 * 28 * 28 * 3
    assert image[:, :2].sum() == image[:, :, -2:].sum() == 0


@pytest.mark.skipif(not FOLDER.is_dir(), reason="SADDLE_TEST_DATA names no folder with mnist/")
def test_stacks_of_the_training_digits_alone(monkeypatch):
    monkeypatch.setitem(COUNTS, "train", 2000)
    monkeypatch.setitem(COUNTS, "validation", 100)
    monkeypatch.setitem(COUNTS, "test", 100)
    data = load(f"stacked_mnist:{FOLDER}")
    again = load(f"stacked_mnist:{FOLDER}", size=32)
    assert isinstance(data.truth, Channels)
    mnist = data.truth.images
    assert data.shape == (28, 28, 3)
    assert data.classes == ()
    assert again.fingerprint != data.fingerprint
    assert np.array_equal(again.train.array[:, 2:-2, 2:-2], data.train.array)
    known = {row.tobytes() for row in mnist.train.array}
    channels = np.moveaxis(data.train.array, 3, 0).reshape(-1, 28 * 28)
    assert all(np.ascontiguousarray(row).tobytes() in known for row in channels[:300])
    assert not np.array_equal(data.train.array[..., 0], data.train.array[..., 1])
    with pytest.raises(UserError, match="28 or 32"):
        load(f"stacked_mnist:{FOLDER}", size=16)
