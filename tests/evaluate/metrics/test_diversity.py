import numpy as np
import pytest

from saddlepoint.evaluate.features import Features
from saddlepoint.evaluate.metric import Inputs
from saddlepoint.evaluate.metrics.diversity import diversity, spread
from tests.evaluate.toys import toy


def encoded(features, label):
    return Features(features.astype(np.float32), np.eye(3, dtype=np.float32)[label], label)


def test_spread_is_half_the_mean_squared_distance_of_pairs(rng):
    x = rng.normal(size=(30, 4))
    square = ((x[:, None] - x) ** 2).sum(-1)
    assert spread(x, np.ones((1, 30)))[0] == pytest.approx(square.sum() / (30 * 29) / 2, rel=1e-9)


def test_narrow_classes_are_caught_though_their_mixture_is_right(rng):
    centre = np.array([[0.0, 0], [40, 0], [0, 40]])
    label, other = rng.integers(3, size=3000), rng.integers(3, size=3000)
    width = np.array([1.0, 1.0, 0.25])
    real = encoded(centre[label] + rng.normal(size=(3000, 2)), label)
    fake = encoded(centre[other] + width[other, None] * rng.normal(size=(3000, 2)), other)
    found = diversity(Inputs(fake, real, real, toy(("a", "b", "c")), rng))
    assert found["diversity"].value == pytest.approx((1 + 1 + 0.25) / 3, abs=0.03)
    assert found["diversity_least"].value == pytest.approx(0.25, abs=0.02)
    assert found["diversity_least"].detail == {"class": "c"}
    assert found["diversity_least"].high is not None
    assert found["diversity_least"].high < 0.3


def test_one_image_per_class_has_none(rng):
    label = np.arange(90) % 3
    real = encoded(rng.normal(size=(90, 2)) + 10 * label[:, None], label)
    same = encoded(np.eye(3)[label][:, :2], label)
    assert diversity(Inputs(same, real, real, toy(("a", "b", "c")), rng))["diversity"].value == pytest.approx(
        0, abs=1e-6
    )


def test_without_classes_all_images_are_one(rng):
    plain = Features(rng.normal(size=(500, 3)).astype(np.float32))
    wide = Features(2 * rng.normal(size=(500, 3)).astype(np.float32))
    assert diversity(Inputs(wide, plain, plain, toy(), rng))["diversity"].value == pytest.approx(2, abs=0.2)
