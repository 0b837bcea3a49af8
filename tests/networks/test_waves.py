import pytest
import torch

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import DataSpec
from saddlepoint.families.wave_gan import wave_gan
from saddlepoint.networks.waves import (
    LayeredCritic,
    PhaseShuffle,
    lengths,
    linear_filter,
    wave_critic,
    wave_generator,
)


def test_maps_have_quarters_of_the_length_down_to_the_papers_base():
    assert lengths(16_384) == [16_384, 4_096, 1_024, 256, 64, 16]
    assert lengths(100) == [100, 25, 7]
    assert lengths(9) == [9]


@pytest.mark.parametrize("length", [2, 16, 17, 64, 101, 1_000])
@pytest.mark.parametrize("kernel", [5, 9, 25])
def test_sounds_of_every_length_are_made_and_judged(length, kernel):
    generator = wave_generator((2, length), latent=3, width=2, kernel=kernel)
    critic = wave_critic((2, length), width=2, kernel=kernel, shuffle=1)
    fake = generator(torch.randn(5, 3))
    assert fake.shape == (5, 2, length)
    assert fake.abs().max() <= 1
    assert critic(fake).score.shape == (5,)


def test_shuffled_phases_are_shifts_mirrored_at_the_ends():
    layer = PhaseShuffle(2)
    x = torch.arange(6.0).repeat(200, 2, 1)
    torch.manual_seed(0)
    found = {tuple(row) for row in layer(x)[:, 0].tolist()}
    assert found == {
        (2, 1, 0, 1, 2, 3),
        (1, 0, 1, 2, 3, 4),
        (0, 1, 2, 3, 4, 5),
        (1, 2, 3, 4, 5, 4),
        (2, 3, 4, 5, 4, 3),
    }
    shuffled = layer(x)
    assert torch.equal(shuffled[:, 0], shuffled[:, 1]), "channels move together"
    assert layer.eval()(x) is x


def test_a_kernel_must_fit_its_stride():
    data = DataSpec("toy", "waves", (1, 64), (), 10, rate=8_000)
    for kernel in (4, 3):
        with pytest.raises(UserError, match=f"--kernel must be odd and at least 5, got {kernel}"):
            wave_gan(data, kernel=kernel)


def test_a_filter_of_noise_has_the_autocorrelation_of_its_impulse_response():
    """Three convolutions of 3 make one of 7, whose response h has the autocorrelation Σ_t h_t h_{t+k}."""
    torch.manual_seed(0)
    network = linear_filter(1, latent=2, width=4, kernel=3).double().requires_grad_(False)
    impulses = torch.zeros(2, 2, 13, dtype=torch.float64)
    impulses[0, 0, 6] = impulses[1, 1, 6] = 1
    response = network(impulses)[:, 0]  # (latent, 7): what each channel's one impulse becomes
    assert response.shape == (2, 7)
    assert response.abs().min() > 0
    exact = torch.stack([(response[:, : 7 - k] * response[:, k:]).sum() for k in range(7)])
    sounds = network(torch.randn(4_000, 2, 70, dtype=torch.float64))[:, 0]
    assert sounds.shape == (4_000, 64)
    found = torch.stack([(sounds[:, : 64 - k] * sounds[:, k:]).mean() for k in range(10)])
    assert torch.allclose(found[:7], exact, atol=0.03 * float(exact[0]))
    assert found[7:].abs().max() < 0.03 * exact[0]


def test_each_layer_of_a_layered_critic_has_a_say():
    torch.manual_seed(0)
    critic = LayeredCritic(2, widths=(3, 5), kernels=(5, 4), pieces=2)
    x = torch.randn(4, 2, 9)
    first, second = critic.features(x)
    assert (first.shape, second.shape[:2]) == ((4, 3, 9), (4, 5))
    maps = critic.layers[0](x).view(4, 3, 2, 9)
    assert torch.equal(first, maps.max(2).values)
    said = critic(x)
    wanted = critic.heads[0](first.mean(2)) + critic.heads[1](second.mean(2))
    assert torch.allclose(said.score, wanted.flatten(), atol=1e-6)
    assert said.feature.shape == (4, 8)
