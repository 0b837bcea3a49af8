import numpy as np
import pytest

from saddlepoint.evaluate.features import Features
from saddlepoint.evaluate.metric import Inputs
from saddlepoint.evaluate.metrics.class_histogram import class_histogram
from saddlepoint.evaluate.statistics import kl_divergence, total_variation
from tests.evaluate.toys import toy


def seen(label, classes):
    return Features(np.zeros((len(label), 1), np.float32), np.eye(classes, dtype=np.float32)[label], label)


def inputs(fake, real, classes, rng):
    encoded = (seen(fake, classes), seen(real, classes), seen(real, classes))
    return Inputs(*encoded, toy(tuple(map(str, range(classes)))), rng)


def test_divergences_by_hand():
    p, q = np.array([3, 1, 0]), np.array([0.5, 0.25, 0.25])
    assert kl_divergence(p, q) == pytest.approx(0.75 * np.log(1.5), rel=1e-12)
    assert total_variation(p, q) == pytest.approx(0.25, rel=1e-12)


@pytest.mark.parametrize(("count", "expected"), [(26_000, 0.0192), (25_600, 0.0195), (24_000, 0.0208)])
def test_a_perfect_sampler_of_1000_modes_scores_the_bias_floor(count, expected):
    rng = np.random.default_rng(5)
    uniform = np.full(1000, 1e-3)
    values = [kl_divergence(rng.multinomial(count, uniform), uniform) for _ in range(40)]
    assert np.mean(values) == pytest.approx(999 / (2 * count), rel=0.03)
    assert 999 / (2 * count) == pytest.approx(expected, abs=6e-5)


def test_a_dropped_class_is_caught(rng):
    real = rng.integers(10, size=5000)
    fair = class_histogram(inputs(rng.integers(10, size=2000), real, 10, rng))
    dropped = class_histogram(inputs(rng.integers(9, size=2000), real, 10, rng))
    assert fair["classes"].value == 10
    assert dropped["classes"].value == 9
    assert fair["class_kl"].value == pytest.approx(9 / 4000, abs=0.006)
    assert (dropped["class_kl"].low or 0) > (fair["class_kl"].high or 1)
    assert dropped["class_kl"].value == pytest.approx(np.log(10 / 9), abs=0.02)
    assert dropped["class_tv"].value == pytest.approx(0.1, abs=0.03)


def test_one_class_only(rng):
    found = class_histogram(inputs(np.full(100, 3), np.arange(1000) % 10, 10, rng))
    assert found["classes"].value == 1
    assert found["class_kl"].value == pytest.approx(np.log(10), rel=1e-9)
    assert found["class_tv"].value == pytest.approx(0.9, rel=1e-9)
    assert found["class_largest"].value == 1
