"""Noise, the ratio to it, and the likelihood, of models whose density is known."""

import math
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.distributions import Independent, Normal

from saddlepoint.core.experiment import DataSpec, recipes
from saddlepoint.core.protocol import Batch, Critique
from saddlepoint.families.nce import NCE, Noise, Unnormalised
from saddlepoint.networks.blocks import Octaves

MEAN, DEVIATION = torch.tensor([1.0, -2.0]), torch.tensor([0.5, 2.0])


class Constant(nn.Module):
    """ln p⁰ of what it sees: that of standard normal numbers, times a scale of its own."""

    def __init__(self, scale):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(scale))

    def forward(self, x):
        return Critique(-0.5 * self.scale * x.square().sum(1), x)


def family(scale=1.0, c=0.0):
    game = NCE(Unnormalised(Constant(scale)), Noise(MEAN, DEVIATION))
    with torch.no_grad():
        game.model.log_normaliser.fill_(c)
    return game


def log_noise(x):
    return Independent(Normal(MEAN, DEVIATION), 1).log_prob(x)


def test_the_noise_knows_its_density():
    noise = Noise(MEAN, DEVIATION)
    draws = noise(torch.randn(50_000, 2, generator=torch.Generator().manual_seed(0)))
    torch.testing.assert_close(draws.mean(0), MEAN, atol=0.05, rtol=0)
    torch.testing.assert_close(draws.std(0), DEVIATION, atol=0.05, rtol=0)
    torch.testing.assert_close(noise.log(draws[:9]), log_noise(draws[:9]))


def test_a_model_that_is_the_noise_cannot_tell_data_from_it():
    """G = 0 everywhere, so both parts of −2J are log 2: a GAN's critic at its equilibrium."""
    c = -math.log(2 * math.pi) - DEVIATION.log().sum().item()
    game, x = family(1.0, c), torch.randn(7, 2)
    torch.testing.assert_close(game.ratio(x), torch.zeros(7), atol=1e-5, rtol=0)
    terms = game.terms("c", Batch(x), None, game.fakes("c", torch.randn(5, 2), Batch(x)))
    assert terms.minimise["contrastive"].item() == pytest.approx(2 * math.log(2), abs=1e-5)


def test_the_term_is_the_formula():
    torch.manual_seed(0)
    game, x, y = family(0.3, 0.7), torch.randn(6, 2), torch.randn(6, 2)
    log_h, log_rest = (
        F.logsigmoid(sign * (game.log_density(u) - log_noise(u)).double()) for sign, u in ((1, x), (-1, y))
    )
    found = game.terms("c", Batch(x), None, y).minimise["contrastive"]
    torch.testing.assert_close(found.double(), -log_h.mean() - log_rest.mean(), rtol=1e-5, atol=1e-5)


def test_the_likelihood_is_normalised_whatever_c_says():
    """p⁰ ∝ a normal density twice as narrow as the noise: its integral is known, and taken off."""
    x = torch.tensor([[1.0, -2.0], [1.3, 0.0]])
    expected = Independent(Normal(MEAN, DEVIATION / 2**0.5), 1).log_prob(x)
    for c in (0.0, 3.0):
        torch.manual_seed(0)
        with torch.no_grad():
            density = family(2.0, c).density()
        assert density is not None
        assert 0 < float(density.error) < 0.01
        assert not density.bound
        torch.testing.assert_close(density.log(x).detach().float(), expected, atol=0.02, rtol=0)


def test_a_model_that_the_noise_never_meets_has_no_likelihood():
    torch.manual_seed(0)
    assert family(1e6).density() is None


def test_the_noise_has_the_moments_of_the_data():
    array = np.random.default_rng(0).random((3, 3, 2))
    data = DataSpec("toy", "images", (3, 3, 2), (), 40, mean=lambda: array, deviation=lambda: 0.1 * array)
    noise: Any = recipes.get("nce").build(data).family.noise
    torch.testing.assert_close(noise.mean, torch.from_numpy(array).permute(2, 0, 1).float())
    expected = (0.1 * torch.from_numpy(array).permute(2, 0, 1)).clamp_min(0.01).float()
    torch.testing.assert_close(noise.deviation, expected)


def test_octaves_double():
    x = torch.tensor([[0.3, -0.2]])
    found = Octaves(3)(x)
    sines = [math.sin(f * v) for f in (1, 2, 4) for v in (0.3, -0.2)]
    cosines = [math.cos(f * v) for f in (1, 2, 4) for v in (0.3, -0.2)]
    torch.testing.assert_close(found, torch.tensor([[0.3, -0.2, *sines, *cosines]]))
    assert torch.equal(Octaves(0)(x), x)
