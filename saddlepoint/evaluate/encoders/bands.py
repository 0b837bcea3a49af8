"""Sounds by how loud their frequencies are."""

import numpy as np

from saddlepoint.core.hashing import digest
from saddlepoint.core.kinds import FULL
from saddlepoint.core.progress import Progressing
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.spectrum import amplitudes, decibels
from saddlepoint.evaluate.encoder import Encoder, Encoding, encoder

BANDS = 32
QUIET = -4.0  # powers of ten below full scale, in amplitude, that are silence: 80 dB
VERSION = b"bands of log10 amplitude 1"


@encoder("waves")
def bands(dataset: Dataset, report: Progressing) -> Encoder:
    """Mean level of a sound in 32 bands of frequency, and its spread over time, as logarithms of amplitude."""
    note = f"log10 amplitude in {BANDS} equal bands of frequency, mean and spread over time"
    return Encoder("bands", digest([VERSION], 12), _levels, note=note)


def _levels(sounds: np.ndarray) -> Encoding:
    """Encode int16 (n, c, t) as float32 (n, 64), fewer where a window has fewer frequencies than bands."""
    power = amplitudes(sounds.mean(axis=1) / FULL) ** 2  # (n, s, f)
    edges = np.unique(np.linspace(0, power.shape[2], BANDS + 1).astype(int))
    width = np.diff(edges)
    levels = decibels(np.sqrt(np.add.reduceat(power, edges[:-1], axis=2) / width)).clip(min=20 * QUIET) / 20
    parts = [levels.mean(1), levels.std(1)] if levels.shape[1] > 1 else [levels[:, 0]]
    return Encoding(np.concatenate(parts, axis=1).astype(np.float32), None)
