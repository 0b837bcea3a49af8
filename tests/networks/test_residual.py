"""R3GAN's networks: resampling, initial values, sizes."""

import itertools

import pytest
import torch
import torch.nn.functional as F

from saddlepoint.networks.residual import Blur, Residual, nearest_even, residual_critic, residual_generator
from saddlepoint.networks.sizes import sides


@pytest.mark.parametrize("up", [True, False])
def test_resampling_keeps_a_constant_away_from_the_edge(up):
    x = torch.ones(2, 3, 8, 8)
    y = Blur(up)(x)
    assert y.shape[2:] == ((16, 16) if up else (4, 4))
    torch.testing.assert_close(y[:, :, 1:-1, 1:-1], torch.ones_like(y[:, :, 1:-1, 1:-1]))


def test_upsampling_is_linear_interpolation():
    ramp = torch.arange(8.0)[None, None, None].expand(1, 1, 8, 8)
    row = Blur(up=True)(ramp)[0, 0, 8]
    torch.testing.assert_close(row[:15], torch.arange(15.0) / 2)


@pytest.mark.parametrize("up", [True, False])
def test_resampling_is_a_convolution_with_1_2_1(up):
    x = torch.randn(2, 3, 6, 6)
    line = torch.tensor([1.0, 2.0, 1.0])
    kernel = (line[:, None] * line / (4 if up else 16)).expand(3, 1, 3, 3)
    if up:
        expected = F.conv_transpose2d(x, kernel, stride=2, padding=1, output_padding=1, groups=3)
    else:
        expected = F.conv2d(x, kernel, stride=2, padding=1, groups=3)
    torch.testing.assert_close(Blur(up)(x), expected)


def test_a_block_starts_as_the_identity():
    x = torch.randn(2, 16, 5, 5)
    assert torch.equal(Residual(16, blocks=4, group=16)(x), x)


def test_initial_weights_shrink_with_the_fourth_root_of_the_number_of_blocks():
    torch.manual_seed(0)
    few, many = (Residual(64, blocks=n, group=16) for n in (1, 16))
    ratio = many.widen.weight.std() / few.widen.weight.std()
    assert ratio.item() == pytest.approx(0.5, rel=0.05)
    assert few.widen.weight.std().item() == pytest.approx((2 / 1.04 / 64) ** 0.5, rel=0.05)
    assert few.mix.weight.std().item() == pytest.approx((2 / 1.04 / (9 * 16)) ** 0.5, rel=0.05)


@pytest.mark.parametrize("size", [8, 16, 28, 32, 64])
def test_every_size_that_halves_evenly(size):
    assert nearest_even(size) == size
    shape = {"width": 16, "blocks": 1, "group": 16}
    images = residual_generator(size, 3, latent=5, **shape)(torch.randn(2, 5))
    assert images.shape == (2, 3, size, size)
    critique = residual_critic(size, 3, **shape)(images)
    assert critique.score.shape == (2,)
    assert critique.feature.shape == (2, 16)


def test_other_sizes_are_rounded_to_one_that_does():
    assert [nearest_even(size) for size in (1, 9, 27, 33, 100, 1000)] == [8, 8, 28, 32, 96, 256]
    for size in range(1, 300):
        chain = sides(nearest_even(size), 2)
        assert all(side == 2 * smaller for side, smaller in itertools.pairwise(chain))
        assert 4 <= chain[-1] <= 7


def test_no_layer_normalises():
    network = residual_critic(16, 1, width=16, blocks=2, group=16)
    kinds = {type(layer).__name__ for layer in network.modules()}
    assert not [kind for kind in kinds if "Norm" in kind]
