"""Networks for few images: what excites what, and what a critic redraws."""

import pytest
import torch

from saddlepoint.networks.excitation import (
    Excitation,
    ExcitedGenerator,
    Halve,
    RedrawingCritic,
    nearest_power,
    redrawing_error,
)


def test_each_channel_of_the_large_map_is_scaled_by_one_number_between_0_and_1():
    torch.manual_seed(0)
    small, large = torch.randn(3, 8, 4, 4), torch.rand(3, 5, 64, 64) + 1
    ratio = Excitation(8, 5)(small, large) / large
    torch.testing.assert_close(ratio, ratio[:, :, :1, :1].expand_as(ratio))
    assert 0 < ratio.min() < 0.5 < ratio.max() < 1


def test_a_map_excites_the_one_16_times_its_side():
    assert set(ExcitedGenerator(32, 1, latent=4, width=2).excite) == set()
    assert set(ExcitedGenerator(64, 1, latent=4, width=2).excite) == {"64"}
    assert set(ExcitedGenerator(256, 1, latent=4, width=2).excite) == {"64", "128", "256"}


def test_a_map_is_halved_to_the_mean_of_convolutions_and_of_pooling():
    torch.manual_seed(0)
    layer, x = Halve(3, 5).eval(), torch.randn(2, 3, 8, 8)
    halved = layer(x)
    assert halved.shape == (2, 5, 4, 4)
    torch.testing.assert_close(halved, torch.stack([layer.convolved(x), layer.pooled(x)]).mean(0))


@pytest.mark.parametrize("size", [32, 64, 128])
def test_sizes(size):
    assert nearest_power(size) == size
    images = ExcitedGenerator(size, 3, latent=5, width=4)(torch.randn(2, 5))
    assert images.shape == (2, 3, size, size)
    critic = RedrawingCritic(size, 3, width=4)
    said = critic(images)
    assert said.score.shape == (2,)
    assert critic.redraw(said.maps[1]).shape == (2, 3, size // 2, size // 2)


@pytest.mark.parametrize(("native", "size"), [(8, 32), (90, 64), (100, 128), (1000, 256)])
def test_other_sizes_become_the_nearest(native, size):
    assert nearest_power(native) == size


def test_the_redrawing_error_is_that_of_the_image_that_was_seen_at_half_its_side():
    critic = RedrawingCritic(32, 1, width=2).eval()
    said = critic(torch.rand(2, 1, 32, 32))
    _, code = said.maps
    drawn = critic.redraw(code)
    apart = drawn.detach() + torch.tensor([0.25, -0.5])[:, None, None, None]
    image = apart.repeat_interleave(2, 2).repeat_interleave(2, 3)
    error = redrawing_error(critic, said._replace(maps=(image, code)))
    torch.testing.assert_close(error, torch.tensor([0.25, 0.5]))


def test_a_code_of_an_image_alone_decides_what_is_redrawn():
    torch.manual_seed(0)
    critic = RedrawingCritic(32, 1, width=2).eval()
    images = torch.rand(2, 1, 32, 32)
    both, first = critic(images), critic(images[:1])
    torch.testing.assert_close(redrawing_error(critic, both)[:1], redrawing_error(critic, first))
