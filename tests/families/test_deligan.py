"""A latent of many learned components, and a critic that sees small things."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats

from saddlepoint.core.experiment import DataSpec, recipes
from saddlepoint.core.protocol import Batch, Progress
from saddlepoint.networks.fourier import Fourier
from saddlepoint.networks.latent_mixture import HASTE, LatentMixture
from saddlepoint.networks.standard import Standardise, Unstandardise

MEAN, DEVIATION = np.array([3.0, -2.0]), np.array([6.0, 0.5])
PLANE = DataSpec("plane", "points", (2,), (), 100, mean=lambda: MEAN, deviation=lambda: DEVIATION)


@pytest.fixture(scope="module")
def family():
    torch.manual_seed(0)
    family: Any = (
        recipes.get("deligan").build(PLANE, components=8, code=2, latent=3, width=4, frequencies=5).family
    )
    return family


def test_the_first_number_chooses_a_component_and_the_others_stay_beside_it():
    mixture = LatentMixture(8, 2)
    noise = torch.randn(500, 4)
    component = np.floor(8 * stats.norm.cdf(noise[:, 0].double().numpy())).astype(int)
    made = mixture(noise)
    torch.testing.assert_close(made[:, :2], HASTE * mixture.codes[component])
    assert torch.equal(made[:, 2:], noise[:, 1:])
    assert set(component) == set(range(8))
    assert mixture(torch.full((1, 4), 40.0)).isfinite().all()  # of rank 1, beyond the last component


def test_every_component_is_equally_likely():
    mixture = LatentMixture(8, 1)
    with torch.no_grad():
        mixture.codes.copy_(torch.arange(8.0)[:, None] / HASTE)
    noise = torch.randn(80_000, 1, generator=torch.Generator().manual_seed(0))
    count = torch.bincount(mixture(noise).flatten().round().long())
    np.testing.assert_allclose(count.numpy() / 80_000, 1 / 8, atol=6 * (7 / 64 / 80_000) ** 0.5)


def test_fourier_features_are_sines_of_all_scales():
    seen = Fourier(2, 400)
    x = torch.randn(7, 2)
    angles = x.double() @ seen.directions.double()
    expected = torch.cat([x.double(), angles.sin(), angles.cos()], 1)
    torch.testing.assert_close(seen(x).double(), expected, rtol=0, atol=1e-4)


def test_fourier_features_are_of_frequencies_from_03_to_120():
    """A direction's length is one of Rayleigh's times its frequency, in logarithms (ln 2 − γ)/2 ± π/√24."""
    length = Fourier(2, 4000).directions.double().norm(dim=0).numpy()
    beyond = np.log(length / np.geomspace(0.3, 120, 4000))
    means = beyond.reshape(4, 1000).mean(1)
    np.testing.assert_allclose(
        means, (math.log(2) - np.euler_gamma) / 2, rtol=0, atol=6 * math.pi / math.sqrt(24 * 1000)
    )


def test_points_are_standardised_and_back():
    there, back = (
        of(torch.tensor([1.0, 2.0]), torch.tensor([4.0, 0.0])) for of in (Standardise, Unstandardise)
    )
    x = torch.tensor([[9.0, 5.0]])
    assert there(x).tolist() == [[2.0, 3.0]]  # what never varies is only moved
    assert torch.equal(back(there(x)), x)


def test_networks_work_in_units_of_the_data(family):
    z = torch.randn(64, 4)
    mixture, dense, _ = family.generator
    torch.testing.assert_close(
        family.generate(z).double(), dense(mixture(z)).double() * torch.tensor(DEVIATION) + torch.tensor(MEAN)
    )
    x = torch.randn(9, 2)
    moved = (x * torch.tensor(DEVIATION) + torch.tensor(MEAN)).float()
    body = family.critic.body[1:]
    torch.testing.assert_close(
        family.critic(moved).score, family.critic.head(body(x)).flatten(), rtol=1e-3, atol=1e-4
    )
    assert family.variance.item() == pytest.approx((36 + 0.25) / 2)


def test_the_generator_moves_its_components(family):
    z = family.latent(32, rng=torch.Generator().manual_seed(1))
    fake = family.generate(z)
    family.terms("g", Batch(torch.randn(32, 2), None), z, fake).minimise["adversarial"].backward()
    assert family.generator[0].codes.grad.abs().sum() > 0
    assert "generator.0.codes" in family.parameters_of("g")


def test_penalties_fall_to_a_ten_thousandth(family):
    x, z = torch.randn(16, 2, requires_grad=True), family.latent(16, rng=torch.Generator().manual_seed(1))
    fake = family.generate(z).detach().requires_grad_()

    def at(fraction):
        family.after(Progress(1, 16, 0.0, fraction))
        terms = family.terms("d", Batch(x, None), z, fake).minimise
        return {name: value.item() for name, value in terms.items()}

    start, half, end = map(at, (0.0, 0.5, 1.0))
    for name in ("r1", "r2"):
        assert half[name] == pytest.approx(start[name] / 100, rel=1e-4)
        assert end[name] == pytest.approx(start[name] / 10_000, rel=1e-4)
    assert start["adversarial"] == end["adversarial"]
    (slope,) = torch.autograd.grad(family.critic(x).score.sum(), x)
    assert start["r1"] == pytest.approx(
        0.1 / 2 * (36 + 0.25) / 2 * slope.square().sum(1).mean().item(), rel=1e-4
    )


def test_rates_fall_to_a_fiftieth_on_a_cosine():
    schedule = recipes.get("deligan").build(PLANE, lr=1e-3).optimizers["d"].schedules["lr"]
    rates = [schedule(Progress(0, 0, 0.0, fraction)) for fraction in (0.0, 0.5, 1.0)]
    assert rates == pytest.approx([1e-3, 1e-3 * (0.02 + 0.98 / 2), 2e-5])
    assert math.isclose(rates[2] / rates[0], 0.02)
