"""The estimate of a normal density against the truth, its objective's maximum, and how its error falls."""

import math

import numpy as np
import pytest

from saddlepoint.theory.noise_contrastive import estimate, limits, rate, squared_errors, truth

COVARIANCE = np.array([[1.0, 0.5], [0.5, 2.0]])


def test_the_truth_is_the_density_of_a_normal():
    found = truth(COVARIANCE)
    assert found.precision @ COVARIANCE == pytest.approx(np.eye(2))
    assert found.log_normaliser == pytest.approx(-math.log(2 * math.pi) - 0.5 * math.log(1.75))


def test_an_estimate_is_where_the_objective_has_no_slope():
    """E over the data of (1 − h) u_i u_j equals E over the noise of h u_i u_j, and so for the constant."""
    rng = np.random.default_rng(0)
    deviation = np.array([1.0, 1.4])
    data, noise = rng.multivariate_normal([0, 0], COVARIANCE, 500), deviation * rng.standard_normal((500, 2))
    found, start = estimate(data, noise, deviation), truth(np.diag(deviation**2))

    def h(u):
        log_ratio = [
            -0.5 * np.einsum("ni,ij,nj->n", u, each.precision, u) + each.log_normaliser
            for each in (found, start)
        ]
        return 1 / (1 + np.exp(log_ratio[1] - log_ratio[0]))

    for weight in (lambda u: u[:, 0] * u[:, 1], lambda u: u[:, 1] ** 2, lambda u: np.ones(len(u))):
        assert ((1 - h(data)) * weight(data)).sum() == pytest.approx((h(noise) * weight(noise)).sum(), rel=1e-6)


def test_precision_and_normaliser_are_recovered():
    precision, c = squared_errors(COVARIANCE, 20_000, 0)
    assert 0 < precision < 20 * 2 / 20_000
    assert 0 <= c < 20 * 2 / 20_000


def test_the_error_falls_as_one_over_the_points():
    """Ten draws of each: the standard error of the slope is about 0.1."""
    counts = (300, 1_000, 3_000, 10_000)
    errors = [np.mean([squared_errors(COVARIANCE, n, (1, n, i)) for i in range(10)], axis=0) for n in counts]
    assert rate(counts, [error[0] for error in errors]) == pytest.approx(-1, abs=0.3)
    assert rate((10, 100), (5.0, 0.05)) == pytest.approx(-2)


def test_the_limits_of_noise_that_is_the_data():
    """P is ½ there, so that I = ½·E(g gᵀ), whose inverse is ((4, 2), (2, 3))."""
    assert limits(1.0) == pytest.approx((4, 1), rel=1e-6)


def test_errors_are_near_their_limit():
    """Of 300 draws; the standard error of a mean of squares is 8 %."""
    found = 1_000 * np.mean([squared_errors(np.eye(1), 1_000, (2, i)) for i in range(300)], axis=0)
    assert found == pytest.approx((4, 1), rel=0.3)
