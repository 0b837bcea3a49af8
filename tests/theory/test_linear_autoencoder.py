"""The bound of a linear autoencoder against the likelihood, which is known."""

import math

import pytest
import torch

from saddlepoint.theory.linear_autoencoder import bound, log_likelihood, posing

W, S = torch.tensor([1.5, -0.5, 0.3]), 0.7


@pytest.mark.parametrize("ratio", [0.3, 1.0, 2.0])
def test_the_bound_misses_the_divergence_from_the_posterior(ratio):
    x = 2 * torch.randn(20, 3, generator=torch.Generator().manual_seed(0))
    gap = log_likelihood(W, S, x) - bound(posing(W, S, ratio), x)
    assert torch.allclose(gap, torch.full((20,), 0.5 * (ratio - 1 - math.log(ratio))), atol=2e-5)


def test_a_wrong_mean_is_missed_as_well():
    """KL of two normals of one variance v whose means are δ apart is δ²/2v."""
    family, x = posing(W, S, 1.0), torch.zeros(1, 3)
    with torch.no_grad():
        family.get_parameter("encoder.bias")[0].fill_(0.1)
    variance = S**2 / (W.square().sum() + S**2)
    gap = log_likelihood(W, S, x) - bound(family, x)
    assert gap.item() == pytest.approx(0.01 / (2 * variance.item()), abs=2e-5)
