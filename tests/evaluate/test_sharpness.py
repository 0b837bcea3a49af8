"""Fine detail of waves whose frequency is known, of blur and of noise."""

import numpy as np
import pytest

from saddlepoint.evaluate.metrics.sharpness import fine_energy


def wave(frequency, size=16):
    """Return one grey image of a wave along its width, of that many cycles."""
    row = np.cos(2 * np.pi * frequency * np.arange(size) / size)
    return np.broadcast_to(row, (size, size))[None, :, :, None]


@pytest.mark.parametrize(("cycles", "share"), [(0, 0), (1, 0), (4, 0), (5, 1), (7, 1), (8, 1)])
def test_a_wave_counts_above_a_quarter_of_a_cycle_a_pixel(cycles, share):
    image = wave(cycles)
    assert fine_energy(image)[0] == pytest.approx(share * (image**2).sum(), abs=1e-9)
    assert fine_energy(image.transpose(0, 2, 1, 3))[0] == pytest.approx(share * (image**2).sum(), abs=1e-9)


def test_white_noise_has_the_share_of_its_frequencies_and_blur_less(rng):
    noise = rng.normal(size=(200, 16, 16, 3))
    total = (noise**2).sum(axis=(1, 2, 3))
    assert (fine_energy(noise) / total).mean() == pytest.approx(1 - (9 / 16) ** 2, abs=0.01)
    blurred = (noise + np.roll(noise, 1, axis=1) + np.roll(noise, 1, axis=2)) / 3
    assert (fine_energy(blurred) < fine_energy(noise)).all()
