"""Spectral norms against singular values."""

import pytest
import torch

from saddlepoint.networks.spectral import SpectralConv2d, SpectralLinear, spectral_critic

LAYERS = [
    lambda: (SpectralLinear(30, 20), torch.randn(4, 30)),
    lambda: (SpectralConv2d(3, 8, 3, 1, 1), torch.randn(2, 3, 6, 6)),
]


@pytest.mark.parametrize("make", LAYERS)
def test_the_estimate_meets_the_largest_singular_value(make):
    torch.manual_seed(0)
    layer, x = make()
    for _ in range(100):
        layer(x)
    exact = torch.linalg.matrix_norm(layer.weight.flatten(1), 2).item()
    assert layer.norm().item() == pytest.approx(exact, rel=0.01)
    assert torch.linalg.matrix_norm(layer.normal_weight().flatten(1), 2).item() == pytest.approx(1, rel=0.01)


@pytest.mark.parametrize("make", LAYERS)
def test_one_iteration_a_training_pass_and_none_in_evaluation(make):
    torch.manual_seed(0)
    layer, x = make()
    before = layer.direction.clone()
    layer(x)
    after = layer.direction.clone()
    assert not torch.equal(before, after)
    first = layer.eval()(x)
    assert torch.equal(layer(x), first)
    assert torch.equal(layer.direction, after)
    assert "direction" in layer.state_dict()


def test_the_gradient_is_that_of_the_normalised_weight():
    """With u and v held at the singular vectors, d(W/σ) = (dW − (uᵀ dW v) W/σ)/σ (Miyato et al., eq. 12)."""
    torch.manual_seed(0)
    layer = SpectralLinear(5, 4).double().eval()
    u, s, vh = torch.linalg.svd(layer.weight.detach())
    layer.direction.copy_(u[:, 0])
    pull = torch.randn(4, 5, dtype=torch.float64)
    (gradient,) = torch.autograd.grad((layer.normal_weight() * pull).sum(), layer.weight)
    normal = layer.weight.detach() / s[0]
    expected = (pull - (pull * normal).sum() * torch.outer(u[:, 0], vh[0])) / s[0]
    torch.testing.assert_close(gradient, expected)


@pytest.mark.parametrize("size", [8, 15, 28, 32])
def test_the_critic_reads_every_size(size):
    critic = spectral_critic(size, 3, width=4)
    assert critic(torch.zeros(2, 3, size, size)).score.shape == (2,)
