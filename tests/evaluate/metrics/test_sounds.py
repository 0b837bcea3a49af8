"""What is measured of sounds: closed forms, and 0 at equality."""

from typing import Any

import numpy as np
import pytest

from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.spectrum import amplitudes
from saddlepoint.evaluate import evaluate
from saddlepoint.evaluate.encoders.bands import _levels
from saddlepoint.evaluate.features import Features
from saddlepoint.evaluate.metric import Inputs
from saddlepoint.evaluate.metrics.autocorrelation import autocorrelation
from saddlepoint.evaluate.metrics.energy import distance, energy
from saddlepoint.evaluate.metrics.spectrum import spectrum


def noise(rng, count, window=1, scale=0.1, length=64):
    white = rng.normal(size=(count, length + window - 1))
    means = np.lib.stride_tricks.sliding_window_view(white, window, axis=1).mean(-1) * window**0.5
    return np.rint(scale * means * 32_768).astype(np.int16)[:, None]


def inputs(fake, real, rng):
    views = [
        Features(np.zeros((len(x), 1), np.float32), thumbnails=lambda x=x: x.reshape(len(x), -1))
        for x in (fake, real)
    ]
    data = Dataset("toy", "toy", "waves", {"train": Split(real)}, rate=8_000)
    return Inputs(views[0], views[1], views[1], data, rng)


def test_a_sine_has_its_amplitude_at_its_frequency():
    time = np.arange(2_048)
    found: Any = amplitudes(0.3 * np.sin(2 * np.pi * time / 16)[None])[0]  # (s, f), windows of 128
    assert found.shape[1] == 65
    assert found[:, 8] == pytest.approx(0.3, rel=1e-6)
    assert found[:, 20:].max() < 1e-3


def test_sounds_twice_as_loud_are_six_decibels_away(rng):
    real = noise(rng, 400)
    found: Any = spectrum(inputs(2 * real, real, rng))["spectrum"]
    assert found.value == pytest.approx(20 * np.log10(2), abs=1e-6)
    assert found.low < found.value < found.high
    assert spectrum(inputs(real, real, rng))["spectrum"].value == 0
    near: Any = spectrum(inputs(noise(rng, 400), real, rng))["spectrum"]
    assert near.value < 0.5


def test_autocorrelation_of_a_moving_average_is_a_triangle(rng):
    white, smooth = noise(rng, 2_000), noise(rng, 2_000, window=8)
    found: Any = autocorrelation(inputs(white, smooth, rng))["autocorrelation"]
    assert found.value == pytest.approx(7 / 8, abs=0.02)  # at the first lag
    assert found.low < 7 / 8 < found.high + 0.01
    assert found.detail["data"][:9] == pytest.approx([*(1 - k / 8 for k in range(1, 9)), 0], abs=0.02)
    again: Any = autocorrelation(inputs(noise(rng, 2_000, window=8), smooth, rng))["autocorrelation"]
    assert again.value < 0.04


def test_energy_distance_of_two_points_is_twice_their_distance(rng):
    x, y = np.zeros((5, 4)), np.full((5, 4), 3.0)
    assert distance(x, y) == pytest.approx(6)
    assert distance(x, x) == 0
    same: Any = energy(inputs(noise(rng, 500), noise(rng, 500), rng))["energy"]
    assert same.low < 0 < same.high
    apart: Any = energy(inputs(noise(rng, 500, window=8), noise(rng, 500), rng))["energy"]
    assert apart.low > same.high


def test_levels_of_bands_are_logarithms_of_amplitude():
    """White noise is as loud in every band, and ten times the amplitude is one more."""
    rng = np.random.default_rng(0)
    loud = _levels(noise(rng, 50, scale=0.2, length=2_048)).features
    quiet = _levels(noise(rng, 50, scale=0.02, length=2_048)).features
    assert loud.shape == (50, 64)
    assert (loud - quiet)[:, :32].mean() == pytest.approx(1, abs=0.01)
    assert np.ptp(loud[:, 1:32].mean(0)) < 0.05


def test_a_card_of_sounds_has_their_figures_with_floors(rng):
    real = noise(rng, 600, window=8)
    parts = {
        name: Split(real, None, rows)
        for name, rows in zip(
            ("train", "validation", "test"), np.split(np.arange(600), (400, 500)), strict=True
        )
    }
    data = Dataset("toy", "toy", "waves", parts, fingerprint="toy-waves", rate=8_000)
    card: Any = evaluate(data, noise(rng, 200, window=8))
    for name in ("spectrum", "autocorrelation", "energy", "frechet"):
        assert card[name].real is not None, name
    assert card["autocorrelation"].value < 0.2
    assert card.encoder["name"] == "bands"
