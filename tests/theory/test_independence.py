"""Codes whose dependence is known, by construction."""

import math

import numpy as np
import pytest

from saddlepoint.theory.independence import predictable_share, recovered, total_correlation


def test_independent_units_predict_nothing_and_a_product_is_found_that_no_correlation_shows():
    signs = np.random.default_rng(0).choice([-1.0, 1.0], size=(800, 2))
    product = np.column_stack([signs, signs.prod(axis=1)])
    assert np.abs(np.corrcoef(product.T) - np.eye(3)).max() < 0.15
    assert predictable_share(signs) < 0.03
    assert predictable_share(product) > 0.9
    noisy = np.column_stack([signs[:, 0], signs[:, 0] + np.random.default_rng(1).normal(size=800)])
    assert 0.3 < predictable_share(noisy) < 0.65  # R² is ½ of either unit


def test_a_unit_that_never_varies_is_neither_predicted_nor_a_factor():
    rng = np.random.default_rng(0)
    codes = np.column_stack([rng.normal(size=(400, 2)), np.ones(400)])
    assert predictable_share(codes) < 0.05
    assert recovered(codes, np.column_stack([codes[:, :2], rng.normal(size=400)])) == pytest.approx([1, 1, 0])


def test_factors_are_matched_whatever_their_order_and_sign():
    rng = np.random.default_rng(0)
    factors = rng.choice([-1.0, 1.0], size=(500, 3))
    assert recovered(-3 * factors[:, [2, 0, 1]] + 1, factors) == pytest.approx(np.ones(3))
    mixed = factors @ np.array([[1.0, 1, 0], [1, -1, 0], [0, 0, 1]])
    found = np.sort(recovered(mixed, factors))
    assert found[:2] == pytest.approx(np.full(2, 0.5**0.5), abs=0.06)
    assert found[2] == pytest.approx(1)


def test_what_units_share_is_counted_in_nats():
    one, other = np.array([(a, b) for a in (-1, 1) for b in (-1, 1)] * 5).T
    assert total_correlation(np.column_stack([one, other])) == pytest.approx(0, abs=1e-12)
    assert total_correlation(np.column_stack([one, other, one * other])) == pytest.approx(math.log(2))
    assert total_correlation(np.column_stack([one, -one, 0.2 * one])) == pytest.approx(2 * math.log(2))
