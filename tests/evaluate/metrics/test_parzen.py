import math

import numpy as np
import pytest
from scipy.special import logsumexp

from saddlepoint.core.errors import UserError
from saddlepoint.data import load
from saddlepoint.evaluate import cheap, evaluate
from saddlepoint.evaluate.metric import metrics
from saddlepoint.evaluate.metrics.parzen import SIGMAS, log_likelihood, parzen


def test_one_sample_on_the_test_point(rng):
    x = rng.random((1, 784))
    (found,) = log_likelihood(x, x, (0.21544,))
    assert found[0] == pytest.approx(-784 * math.log(0.21544 * math.sqrt(2 * math.pi)), abs=1e-6)
    assert found[0] == pytest.approx(483.04, abs=0.02)


def test_the_grid_of_bandwidths():
    np.testing.assert_allclose(SIGMAS, np.logspace(-1, 0, 10), rtol=1e-12)
    np.testing.assert_allclose(SIGMAS[3], 0.21544, atol=1e-5)


def test_agrees_with_the_formula_written_out(rng):
    windows, x = rng.random((30, 6)), rng.random((20, 6))
    square = ((x[:, None] - windows) ** 2).sum(-1)
    for sigma, found in zip((0.1, 0.6), log_likelihood(windows, x, (0.1, 0.6)), strict=True):
        exact = logsumexp(-square / (2 * sigma**2), axis=1) - np.log(30)
        np.testing.assert_allclose(found, exact - 6 * np.log(sigma * np.sqrt(2 * np.pi)), rtol=1e-9)


def test_doubling_every_sample_changes_nothing(rng):
    windows, x = rng.random((50, 10)), rng.random((25, 10))
    once = log_likelihood(windows, x, SIGMAS)
    np.testing.assert_allclose(log_likelihood(np.repeat(windows, 2, axis=0), x, SIGMAS), once, rtol=1e-9)


def test_a_standard_normal_approaches_its_entropy_from_below(rng):
    entropy = math.log(2 * math.pi * math.e)
    x = rng.normal(size=(1500, 2))
    values = [log_likelihood(rng.normal(size=(n, 2)), x, (s,)).mean() for n, s in ((200, 0.5), (8000, 0.2))]
    assert values[0] < values[1]
    assert values[1] == pytest.approx(-entropy, abs=0.12)


def test_the_protocol_on_digits(digits, rng):
    train = digits.train.take(np.arange(200))[0]
    found = parzen(digits, train)
    smooth = parzen(digits, train / 255.0)
    assert found == smooth
    assert found.samples == 200
    assert found.tested == len(digits.splits["test"])
    assert found.real is not None
    assert found.value == pytest.approx(found.real, abs=5 * found.error)
    noise = parzen(digits, rng.random((200, 8, 8, 1)))
    assert noise.value < found.value - 10 * found.error
    assert "nats at σ" in found.line()


def test_tanh_output_is_refused(digits):
    with pytest.raises(UserError, match=r"\(x \+ 1\) / 2"):
        parzen(digits, np.full((5, 8, 8, 1), -1.0))


def test_wrong_shapes_and_nan_are_refused(digits):
    with pytest.raises(UserError, match="shape"):
        parzen(digits, np.zeros((5, 9, 8, 1)))
    with pytest.raises(UserError, match="NaN"):
        parzen(digits, np.full((5, 8, 8, 1), np.nan))


def test_the_figure_of_the_card_is_the_protocols(digits):
    images = digits.train.take(np.arange(300))[0]
    figure = evaluate(digits, images, metrics=("parzen",))["parzen"]
    exact = parzen(digits, images)
    assert figure.value == pytest.approx(exact.value, rel=1e-9)
    assert figure.real == exact.real
    assert figure.high == pytest.approx(exact.value + 1.96 * exact.error, rel=1e-4)
    assert (figure.samples, figure.real_samples, figure.encoder) == (300, 300, "pixels")
    assert figure.detail["sigma"] == exact.sigma
    assert figure.detail["standard_error"] == exact.error


def test_it_is_measured_only_where_it_is_named(digits):
    images = digits.train.take(np.arange(300))[0]
    assert "parzen" not in evaluate(digits, images).figures
    assert "parzen" not in cheap(digits, images).figures
    assert "slow" in metrics.get("parzen").help
    ring = load("ring8")
    points = ring.train.take(np.arange(100))[0]
    with pytest.raises(UserError, match="these are points"):
        evaluate(ring, points, metrics=("parzen",))


def test_eight_bits_move_the_figure_by_less_than_a_tenth_of_a_nat(digits, rng):
    images = digits.train.take(np.arange(300))[0] / 255.0
    floats = np.clip(images + rng.normal(scale=0.02, size=images.shape), 0, 1)
    rounded = np.round(floats * 255).astype(np.uint8)
    assert parzen(digits, rounded).value == pytest.approx(parzen(digits, floats).value, abs=0.1)
