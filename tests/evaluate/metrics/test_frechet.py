import numpy as np
import pytest
import torch
from torch import nn
from torchmetrics.image.fid import _compute_fid

from saddlepoint.evaluate.metrics.frechet import Moments, frechet_distance, moments


def test_identical_sets_are_at_distance_zero(rng):
    p = moments(rng.normal(size=(500, 12)).astype(np.float32))
    assert frechet_distance(p, p) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("a", [0.5, 1.0, 3.0])
def test_gaussians_agree_with_the_closed_form(rng, a):
    d = 7
    m = rng.normal(size=d)
    unit, other = Moments(np.zeros(d), np.eye(d)), Moments(m, a * a * np.eye(d))
    assert frechet_distance(unit, other) == pytest.approx(m @ m + d * (a - 1) ** 2, rel=1e-10)
    assert frechet_distance(other, unit) == pytest.approx(m @ m + d * (a - 1) ** 2, rel=1e-10)


def test_moments_are_those_of_numpy_across_blocks(rng):
    x = rng.normal(3.0, 2.0, size=(9001, 5)).astype(np.float32)
    found = moments(x)
    np.testing.assert_allclose(found.mean, x.astype(np.float64).mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found.covariance, np.cov(x.astype(np.float64).T), rtol=1e-9, atol=1e-9)


def test_a_weight_counts_a_row_that_often(rng):
    x = rng.normal(size=(40, 3))
    weight = rng.integers(0, 4, size=40)
    once, repeated = moments(x, weight), moments(np.repeat(x, weight, axis=0))
    np.testing.assert_allclose(once.mean, repeated.mean, rtol=1e-12)
    np.testing.assert_allclose(once.covariance, repeated.covariance, rtol=1e-10)


def test_agrees_with_torchmetrics(rng):
    x = rng.normal(size=(300, 20)) @ rng.normal(size=(20, 20))
    y = rng.normal(0.3, 1.2, size=(250, 20)) @ rng.normal(size=(20, 20))
    p, q = moments(x), moments(y)
    theirs = _compute_fid(*(torch.from_numpy(part) for part in (*p, *q)))
    assert frechet_distance(p, q) == pytest.approx(theirs.item(), rel=1e-6)


def test_agrees_with_torchmetrics_through_an_encoder(rng):
    from torchmetrics.image.fid import FrechetInceptionDistance

    class Flat(nn.Module):
        num_features = 12

        def forward(self, x):
            return x.double().flatten(1)

    x = rng.integers(0, 255, size=(200, 3, 2, 2), dtype=np.uint8)
    y = rng.integers(60, 255, size=(150, 3, 2, 2), dtype=np.uint8)
    theirs = FrechetInceptionDistance(feature=Flat(), input_img_size=(3, 2, 2)).set_dtype(torch.float64)
    theirs.update(torch.from_numpy(x), real=True)
    theirs.update(torch.from_numpy(y), real=False)
    ours = frechet_distance(moments(x.reshape(200, 12)), moments(y.reshape(150, 12)))
    assert ours == pytest.approx(theirs.compute().item(), rel=1e-6)


def test_singular_covariances_stay_finite(rng):
    x = np.zeros((20, 6))
    x[:, 0] = rng.normal(size=20)
    p = moments(x)
    assert frechet_distance(p, p) == pytest.approx(0, abs=1e-9)
    constant = moments(np.ones((20, 6)))
    gap = 1 - p.mean
    assert frechet_distance(p, constant) == pytest.approx(gap @ gap + p.covariance[0, 0], rel=1e-9)
