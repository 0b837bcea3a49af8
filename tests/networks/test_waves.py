import pytest
import torch

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import DataSpec
from saddlepoint.families.wave_gan import wave_gan
from saddlepoint.networks.waves import PhaseShuffle, lengths, wave_critic, wave_generator


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
