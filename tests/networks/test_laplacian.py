"""Laplacian pyramids come back exactly, and the networks of their bands have the counts of the paper's code."""

import math

import pytest
import torch
from torch import nn

from saddlepoint.core.errors import UserError
from saddlepoint.core.protocol import Critique
from saddlepoint.networks.laplacian import (
    BesideClass,
    OverClass,
    band_critic,
    band_generator,
    down,
    level_sides,
    pyramid,
    reconstruct,
    up,
)


def count(network):
    return sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize("size", [8, 9, 28, 31, 33])
def test_a_pyramid_is_put_together_again(size):
    image = torch.rand(3, 2, size, size, generator=torch.Generator().manual_seed(0)) * 2 - 1
    sides = level_sides(size)
    parts = pyramid(image, sides)
    assert [part.shape[-1] for part in parts] == list(sides)
    assert (reconstruct(parts) - image).abs().max() < 1e-6
    parts[-1] = torch.zeros_like(parts[-1])
    assert (reconstruct(parts) - image).abs().max() > 0.1  # a band says something


def test_bands_hold_what_is_too_fine_for_the_coarse_image_and_nothing_else():
    flat = torch.full((1, 1, 12, 12), 0.3)
    coarse, band = pyramid(flat, (6, 12))
    torch.testing.assert_close(coarse, torch.full((1, 1, 6, 6), 0.3))
    torch.testing.assert_close(band, torch.zeros_like(flat), atol=1e-6, rtol=0)
    stripes = torch.tensor([0.0, 1.0]).repeat(6).expand(1, 1, 12, 12)
    inner = up(down(stripes, 6), 12)[..., 3:-3]
    torch.testing.assert_close(inner, torch.full_like(inner, 0.5))


@pytest.mark.parametrize(
    ("size", "levels", "sides"),
    [
        (32, None, (8, 16, 32)),
        (28, None, (7, 14, 28)),
        (8, None, (4, 8)),
        (96, None, (6, 12, 24, 48, 96)),
        (33, None, (5, 9, 17, 33)),
        (32, 1, (32,)),
        (32, 4, (4, 8, 16, 32)),
    ],
)
def test_levels_halve_down_to_8_pixels(size, levels, sides):
    assert level_sides(size, levels) == sides


def test_too_many_levels_are_refused():
    with pytest.raises(UserError, match="5 levels halve 32 pixels to 2; give --levels 4 at most"):
        level_sides(32, 5)


def test_the_networks_of_the_step_from_16_to_32_have_the_codes_counts():
    assert count(band_generator(4, 3, 64)) == 218_179
    assert count(band_critic(3, 32, 64)) == 116_545


@pytest.mark.parametrize("side", [7, 8, 11, 12, 14, 17, 64])
def test_a_critic_fits_every_side(side):
    said = band_critic(3, side, 4)(torch.zeros(2, 3, side, side))
    assert said.score.shape == (2,)
    assert band_generator(4, 3, 4)(torch.zeros(2, 4, side, side)).shape == (2, 3, side, side)


def test_a_class_is_a_plane_over_maps_and_a_vector_beside_vectors():
    label = torch.tensor([2, 0])
    over = OverClass(nn.Identity(), 3, 4)
    planes = over(torch.zeros(2, 1, 4, 4), label)
    assert planes.shape == (2, 2, 4, 4)
    expected = (over.dense.weight[:, label].T + over.dense.bias).relu()
    torch.testing.assert_close(planes[:, 1].flatten(1), expected)
    row = BesideClass(nn.Identity(), 3)(torch.full((2, 1, 1, 2), 5.0), label)
    assert row.tolist() == [[5, 5, 0, 0, 1], [5, 5, 1, 0, 0]]
    critique = OverClass(band_critic(2, 8, 2), 3, 8)(torch.zeros(2, 1, 8, 8), label)
    assert isinstance(critique, Critique)
    assert math.isfinite(critique.score.sum().item())
