"""The evidence lower bound against torch's own divergence, and against a likelihood that is known."""

import math
from typing import Any

import pytest
import torch
from torch.distributions import Independent, MultivariateNormal, Normal, kl_divergence

from saddlepoint.core.experiment import DataSpec, recipes
from saddlepoint.core.protocol import Batch
from saddlepoint.families.vae import VAE, divergence_from_normal

POINTS = DataSpec("toy", "points", (3,), (), 40)


def test_the_divergence_is_that_of_torch():
    mean, log_variance = torch.randn(5, 4, dtype=torch.float64), torch.randn(5, 4, dtype=torch.float64)
    one = Independent(Normal(mean, (0.5 * log_variance).exp()), 1)
    other = Independent(Normal(torch.zeros_like(mean), torch.ones_like(mean)), 1)
    torch.testing.assert_close(divergence_from_normal(mean, log_variance), kl_divergence(one, other))


def test_the_bound_is_the_likelihood_where_the_encoder_is_exact():
    """x = wz + b + noise of variance s: p(x) and p(z|x) are normal, and their bound has no gap (PPCA)."""
    w, b, s = torch.tensor([[1.5], [-0.5], [0.25]]), torch.tensor([0.1, 0.2, -0.3]), 0.4
    inner = (w.T @ w + s).item()
    encoder, generator = torch.nn.Linear(3, 2), torch.nn.Linear(1, 3)
    with torch.no_grad():
        generator.weight.copy_(w)
        generator.bias.copy_(b)
        encoder.weight.zero_()
        encoder.weight[0].copy_(w[:, 0] / inner)  # E[z|x] = wᵀ(x − b) / (wᵀw + s)
        encoder.bias.copy_(torch.tensor([-(w[:, 0] @ b).item() / inner, math.log(s / inner)]))
    family = VAE(encoder, generator, latent=1, beta=1.0, points=True)
    with torch.no_grad():
        family.spread.log_variance.fill_(math.log(s))
    x = torch.tensor([[0.7, -0.2, 0.4]]).expand(100_000, 3)
    noise = family.latent(len(x), rng=torch.Generator().manual_seed(0))
    found = family.terms("g", Batch(x), noise, None)
    expected = MultivariateNormal(b, w @ w.T + s * torch.eye(3)).log_prob(x[0]).item()
    assert found.watch["bound"].item() == pytest.approx(expected, abs=0.02)
    assert sum(value.item() for value in found.minimise.values()) == pytest.approx(-expected, abs=0.02)


def test_pixels_are_bernoulli():
    data = DataSpec("toy", "images", (4, 4, 1), (), 40)
    family: Any = recipes.get("vae").build(data, beta=3.0).family
    x = torch.rand(6, 1, 4, 4)
    noise = torch.zeros(6, 20)
    mean, log_variance = family.encoder(x).chunk(2, 1)
    y = family.generate(mean).double()
    expected = -(x * y.log() + (1 - x) * (1 - y).log()).flatten(1).sum(1).mean()
    terms = family.terms("g", Batch(x), noise, None).minimise
    torch.testing.assert_close(terms["reconstruction"].double(), expected, rtol=1e-5, atol=1e-5)
    expected = 3 * divergence_from_normal(mean, log_variance).mean()
    torch.testing.assert_close(terms["divergence"], expected)
    assert family.sample(noise).min() >= 0
    assert family.sample(noise).max() <= 1


def test_coordinates_share_one_variance_that_is_learned():
    family = recipes.get("vae").build(POINTS).family
    assert "spread.log_variance" in family.parameters_of("g")


def test_the_density_is_the_bound_that_training_raises_whatever_beta_is():
    data = DataSpec("toy", "images", (4, 4, 1), (), 40)
    torch.manual_seed(0)
    family: Any = recipes.get("vae").build(data, beta=3.0).family
    x = torch.rand(5, 1, 4, 4)
    torch.manual_seed(1)
    density = family.density()
    found = density.log(x)
    torch.manual_seed(1)
    noise = torch.randn(5, 20)
    assert (density.bound, found.shape) == (True, (5,))
    torch.testing.assert_close(found.mean(), family.terms("g", Batch(x), noise, None).watch["bound"])


def test_the_bound_on_bits_holds_where_the_encoder_sees_the_grey_pixels():
    """One pixel, one code that the generator does not look at: log p(bit) is known."""
    encoder, generator = torch.nn.Linear(1, 2), torch.nn.Linear(1, 1)
    with torch.no_grad():
        for parameter in (*encoder.parameters(), *generator.parameters()):
            parameter.zero_()
        generator.bias.fill_(0.4)
    family = VAE(encoder, generator, latent=1, beta=1.0, points=False)
    x = torch.tensor([[0.3]])
    on, off = (
        math.log(torch.sigmoid(torch.tensor(0.4)).item()),
        math.log(torch.sigmoid(torch.tensor(-0.4)).item()),
    )
    assert family.density().log(x).item() == pytest.approx(0.3 * on + 0.7 * off, abs=1e-6)


def test_a_reconstruction_has_no_noise():
    family: Any = recipes.get("vae").build(POINTS).family
    x = torch.randn(6, 3)
    expected = family.generate(family.encoder(x)[:, :20])
    torch.testing.assert_close(family.reconstruct(x), expected)
    torch.testing.assert_close(family.reconstruct(x), expected)
