"""Spectra of sounds: how strong which frequency is, over time and on average."""

import math

import numpy as np

SMALLEST, LARGEST = 32, 512  # samples of a window
SHARE = 16  # of a sound that a window is, about
TINY = 1e-12  # amplitude in place of none


def window_size(length: int) -> int:
    """Return the samples of a window for sounds of ``length`` samples, a power of 2 that they are not below."""
    size = min(LARGEST, max(SMALLEST, 2 ** round(math.log2(max(1.0, length / SHARE)))))
    return min(size, 2 ** int(math.log2(length)))


def amplitudes(sounds: np.ndarray) -> np.ndarray:
    """Return (n, s, f): amplitudes at s times of f frequencies, from 0 Hz to half the sample rate.

    Hann windows, half of which overlaps; a sine of amplitude 1 at a frequency of its own has amplitude 1 there.

    Args:
        sounds: (n, t) floats, t of at least 2.
    """
    size = window_size(sounds.shape[1])
    window = np.hanning(size + 1)[:-1]  # whose overlapping halves add up to 1
    frames = np.lib.stride_tricks.sliding_window_view(sounds, size, axis=1)[:, :: max(1, size // 2)]
    return np.abs(np.fft.rfft(frames * window, axis=2)) * (2 / window.sum())


def decibels(amplitude: np.ndarray) -> np.ndarray:
    """Return levels in decibels relative to amplitude 1; none at all is −240."""
    return 20 * np.log10(np.maximum(amplitude, TINY))
