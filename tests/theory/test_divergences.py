"""Divergences of masses against their closed forms."""

import math

import pytest
import torch

from saddlepoint.theory import divergences

GRID = torch.linspace(-30, 30, 1201, dtype=torch.float64)


def two(p: float, q: float):
    return [torch.tensor([x, 1 - x], dtype=torch.float64).log() for x in (p, q)]


def test_two_coins():
    p, q = two(0.5, 0.25)
    assert divergences.kl(p, q).item() == pytest.approx(0.5 * math.log(2) + 0.5 * math.log(2 / 3), abs=1e-12)
    middle = 0.375
    halves = [x * math.log(x / m) for x, m in ((0.5, middle), (0.5, 0.625), (0.25, middle), (0.75, 0.625))]
    assert divergences.jensen_shannon(p, q).item() == pytest.approx(sum(halves) / 2, abs=1e-12)
    assert divergences.entropy(p).item() == pytest.approx(math.log(2), abs=1e-12)


@pytest.mark.parametrize(("centre", "width"), [(0.0, 1.0), (1.5, 0.5), (-4.0, 3.0)])
def test_gaussians_on_a_grid(centre, width):
    p, q = divergences.bells(GRID, 0.0), divergences.bells(GRID, centre, deviation=width)
    for pair, exact in (((p, q), (0, 1, centre, width)), ((q, p), (centre, width, 0, 1))):
        assert divergences.kl(*pair).item() == pytest.approx(divergences.gaussian_kl(*exact), abs=1e-9)


def test_jensen_shannon_is_bounded_and_symmetric():
    p, near, far = (divergences.bells(GRID, centre) for centre in (0.0, 0.1, 25.0))
    assert divergences.jensen_shannon(p, p).item() == pytest.approx(0, abs=1e-15)
    assert divergences.jensen_shannon(p, near).item() == pytest.approx(0.1**2 / 8, rel=2e-3)  # μ²/8 for small μ
    assert divergences.jensen_shannon(p, far).item() == pytest.approx(math.log(2), abs=1e-12)
    assert divergences.jensen_shannon(near, p).item() == divergences.jensen_shannon(p, near).item()
