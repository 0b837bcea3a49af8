import numpy as np
import pytest

from saddlepoint.evaluate.features import Features
from saddlepoint.evaluate.metric import Inputs, UnmeasurableError
from saddlepoint.evaluate.metrics.frechet import frechet
from saddlepoint.evaluate.metrics.intra_frechet import intra_frechet
from tests.evaluate.toys import toy

NAMES = ("a", "b", "c")
CENTRE = np.array([[0.0, 0, 0], [40, 0, 0], [0, 40, 0]])


def encoded(features, label):
    return Features(features.astype(np.float32), np.eye(3, dtype=np.float32)[label], label)


def drawn(rng, shares, shift=0.0, width=(1.0, 1.0, 1.0), count=40_000):
    label = rng.choice(3, size=count, p=shares)
    noise = rng.normal(size=(count, 3)) * np.array(width)[label, None]
    return encoded(CENTRE[label] + noise + [0, 0, shift], label)


def measured(fake, real, rng):
    return intra_frechet(Inputs(fake, real, real, toy(NAMES), rng))


def test_each_class_has_the_closed_form_whatever_its_share(rng):
    real = drawn(rng, (1 / 3, 1 / 3, 1 / 3))
    found = measured(drawn(rng, (0.6, 0.3, 0.1), shift=2.0, width=(1.0, 0.5, 3.0)), real, rng)
    # |m|² + d (a − 1)², d = 3
    expected = {"a": 4, "b": 4 + 3 * 0.25, "c": 4 + 3 * 4}
    assert found["intra_frechet"].detail["classes"] == pytest.approx(expected, rel=0.05)
    mean = found["intra_frechet"]
    assert mean.value is not None
    assert mean.value == pytest.approx(sum(expected.values()) / 3, rel=0.04)
    assert mean.low is not None
    assert mean.high is not None
    assert mean.low < mean.value < mean.high
    assert found["intra_frechet_worst"].value == found["intra_frechet"].detail["classes"]["c"]
    assert found["intra_frechet_worst"].detail == {"class": "c"}


def test_it_sees_what_the_distance_over_all_classes_hardly_does(rng):
    real, narrow = drawn(rng, (1 / 3,) * 3), drawn(rng, (1 / 3,) * 3, width=(0.2, 0.2, 0.2))
    inputs = Inputs(narrow, real, real, toy(NAMES), rng)
    within, over_all = intra_frechet(inputs)["intra_frechet"].value, frechet(inputs)["frechet"].value
    assert within is not None
    assert over_all is not None
    assert within == pytest.approx(3 * 0.8**2, rel=0.03)
    # Between classes lie 40² · 2/9 in each of two directions, beside which 1 is little.
    assert over_all < 0.4 * within


def test_a_class_that_is_hardly_drawn_leaves_no_figure(rng):
    real = drawn(rng, (1 / 3,) * 3, count=3000)
    lacking = drawn(rng, (0.5, 0.495, 0.005), count=3000)
    with pytest.raises(UnmeasurableError, match="needs 50 samples and training images of every class; of 'c'"):
        measured(lacking, real, rng)
