"""Energies with a margin, at values that are known exactly."""

import math

import numpy as np
import pytest
import torch

from saddlepoint.objectives.energy import pulling_away
from saddlepoint.theory import energy


@pytest.mark.parametrize(
    ("real", "fake", "least"), [(1.0, 2.0, 1.5), (2.0, 1.0, 0.0), (0.0, 0.1, 1.5), (0.3, 0.0, 0.0)]
)
def test_the_cheapest_energy_is_the_margin_where_fakes_prevail(real, fake, least):
    assert energy.cheapest(np.array([real]), np.array([fake]), 1.5) == pytest.approx([least], abs=1e-12)


@pytest.mark.parametrize("distance", [0.0, 0.7, 3.0])
@pytest.mark.parametrize("margin", [0.5, 4.0])
def test_the_least_loss_is_the_margin_times_what_two_bells_share(distance, margin):
    _, real, fake = energy.bells(distance)
    least = energy.value(real, fake, energy.cheapest(real, fake, margin), margin)
    assert least == pytest.approx(margin * math.erfc(distance / 8**0.5), abs=1e-5 * margin)


def test_every_constant_energy_up_to_the_margin_costs_the_margin_where_densities_agree():
    _, real, _ = energy.bells(1.0)
    for level, cost in ((0.0, 2.0), (0.7, 2.0), (2.0, 2.0), (2.5, 2.5)):
        assert energy.value(real, real, np.full_like(real, level), 2.0) == pytest.approx(cost, abs=1e-12)


@pytest.mark.parametrize(("codes", "dimensions"), [(8, 2), (9, 3), (3, 5)])
def test_codes_repel_each_other_down_to_the_bound(codes, dimensions):
    start = torch.randn(codes, dimensions, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    path = energy.repelled(start, 200, 0.2)
    least = energy.least_repulsion(codes, dimensions)
    assert pulling_away(path[0]).item() > least + 0.01
    assert pulling_away(path[-1]).item() == pytest.approx(least, abs=1e-5)


def test_a_margin_stops_what_the_vanilla_loss_raises_for_ever():
    assert energy.raised(1.5, 10.0, 0.01)[-1] == pytest.approx(1.5, abs=0.01)
    assert energy.raised(None, 10.0, 0.01)[-1] == pytest.approx(energy.endless(10.0), abs=2e-3)
    for time in (0.0, 3.0, 50.0):
        reached = energy.endless(time)
        assert reached + math.exp(reached) == pytest.approx(1 + time, rel=1e-12)


def test_gibbs_makes_a_normal_distribution_of_a_square():
    axis = np.linspace(-6, 6, 121)
    x, y = np.meshgrid(axis, axis)
    density = energy.gibbs((x**2 + y**2) / 2 + 7, 3.0, 0.01)
    assert density.sum() * 0.01 == pytest.approx(1, abs=1e-12)
    assert density[60, 60] == pytest.approx(3 / (2 * math.pi), abs=1e-9)


def test_a_game_on_the_ring_repeats_and_reports_its_moments():
    first, second = (energy.played(4, 2, margin=1.0, repel=0.1, seed=3) for _ in range(2))
    assert [one.step for one in first] == [1, 4]
    assert all(
        np.array_equal(a.energy, b.energy) and a.terms == b.terms for a, b in zip(first, second, strict=True)
    )
    assert set(first[0].terms) == {
        "d/adversarial",
        "energy of real",
        "energy of fake",
        "g/adversarial",
        "g/repel",
    }
    assert energy.near_a_mode(0.25).mean() == pytest.approx(
        8 * math.pi * 0.25**2 / (2 * energy.REACH) ** 2, rel=0.1
    )


def test_rows_of_the_plane_go_up_and_columns_to_the_right():
    x, y = energy.plane().reshape(energy.PIXELS, energy.PIXELS, 2).unbind(2)
    assert (x[0, -1], y[0, -1]) == (pytest.approx(energy.REACH), pytest.approx(-energy.REACH))
