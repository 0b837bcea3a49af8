"""What a likelihood on the card says, and the density of a mixture."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.special import logsumexp

from saddlepoint.data.mixture import Mixture
from saddlepoint.evaluate.likelihood_figures import likelihood, perplexity


def test_the_mean_has_the_error_of_examples_and_of_what_they_share():
    nats = np.array([-3.0, -1.0, -2.0, -2.0])
    found = likelihood(nats, bound=False, error=0.3)
    reach = 1.96 * math.hypot(nats.std(ddof=1) / 2, 0.3)
    assert (found.value, found.samples, found.real) == (-2.0, 4, None)
    assert found.low == pytest.approx(-2 - reach, rel=1e-4)
    assert found.high == pytest.approx(-2 + reach, rel=1e-4)
    known = likelihood(nats, bound=True, truth=nats + 1)
    assert (known.real, known.real_samples, known.detail["bound"]) == (-1.0, 4, True)


def test_a_guess_at_random_has_the_perplexity_of_the_vocabulary():
    nats = np.array([-6.0, -6.0, -3.0, -9.0]) * math.log(50)
    found = perplexity(nats, 6, truth=nats / 2)
    assert (found.value, found.real) == (pytest.approx(50), pytest.approx(50**0.5))
    reach = 1.96 * nats.std(ddof=1) / 2 / 6
    assert (found.low, found.high) == (
        pytest.approx(50 * math.exp(-reach), rel=1e-4),
        pytest.approx(50 * math.exp(reach), rel=1e-4),
    )


def test_a_mixture_knows_its_density():
    mixture = Mixture(np.array([[0.0, 0.0], [3.0, 0.0], [100.0, 0.0]]), 0.5)
    points = np.array([[0.1, -0.2], [1.5, 0.0], [50.0, 1.0], [3.0, 0.0]])
    expected = [logsumexp([normal(c).logpdf(x) for c in mixture.centres]) - math.log(3) for x in points]
    assert mixture.log_density(points) == pytest.approx(np.array(expected))


def normal(centre):
    return stats.multivariate_normal(centre, 0.25 * np.eye(2))  # pyright: ignore[reportArgumentType]
