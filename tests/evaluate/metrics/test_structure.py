"""Angles between normals: closed forms, and what an estimator sees of pictures that heed theirs and do not."""

from typing import Any

import numpy as np
import pytest

from saddlepoint.core.progress import silent
from saddlepoint.data import load
from saddlepoint.evaluate import evaluate
from saddlepoint.evaluate.encoders import normals as encoder
from saddlepoint.evaluate.metrics.structure import between, directions


def test_angles_are_those_between_directions():
    up, right, between_both = np.eye(3)[1], np.eye(3)[0], np.array([1, 1, 0]) / 2**0.5
    found = between(np.stack([up, up, up, up]), np.stack([up, right, between_both, -up]))
    assert found == pytest.approx([0, 90, 45, 180], abs=1e-5)


def test_levels_are_directions_of_unit_length():
    found = directions(np.array([[255, 127, 128], [0, 0, 0]], np.uint8))
    assert np.linalg.norm(found, axis=1) == pytest.approx([1, 1])
    assert found[0] == pytest.approx([1, -1 / 255, 1 / 255], abs=1e-4)
    assert found[1] == pytest.approx([-(3**-0.5)] * 3)


@pytest.fixture(scope="module")
def views():
    return load("scenes:16:64")


@pytest.fixture
def small(monkeypatch):
    """An estimator that learns quickly."""
    for name, value in {"WIDTH": 8, "BATCH": 16, "EACH": 30, "RATE": 1e-2}.items():
        monkeypatch.setattr(encoder, name, value)


@pytest.fixture
def card(views, small) -> Any:
    def measured(samples):
        return evaluate(views, samples, metrics=["structure"], samples=len(samples))

    return measured


def test_pictures_that_heed_their_normals_are_told_from_those_that_do_not(views, card):
    real = views.train.array[:40]  # which the estimator has seen: so few rooms teach it nothing of others
    heeding = card(real)
    assert heeding["angle"].value < 0.8 * heeding["angle_shuffled"].value
    assert heeding["angle"].low < heeding["angle"].value < heeding["angle"].high
    stray = real.copy()
    stray[:, 1] = np.roll(real[:, 1], 1, axis=0)
    lost = card(stray)
    assert lost["angle"].value == pytest.approx(heeding["angle_shuffled"].value, rel=0.15)
    assert lost["angle"].encoder == heeding["angle"].encoder  # the estimator is trained once


def test_the_features_of_views_have_a_total_variance_of_100_that_both_halves_share(views, small):
    found = encoder.normals(views, silent)
    features = found.features(views.train.array[:64])
    assert features.shape == (64, 2 * encoder.WIDTH + 3 * encoder.GRID**2)
    halves = features[:, : 2 * encoder.WIDTH], features[:, 2 * encoder.WIDTH :]
    assert [half.var(axis=0).sum() for half in halves] == pytest.approx([50, 50], rel=1e-3)
