"""Chords of plucked notes: sounds whose pitch, vibrato and decay one can hear."""

import numpy as np

from saddlepoint.core.hashing import fingerprint
from saddlepoint.core.kinds import FULL
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.request import Request, sources

RATE, LENGTH = 4_000, 2_048  # samples a second; about half a second
CHORDS = {"major": (0, 4, 7), "minor": (0, 3, 7), "diminished": (0, 3, 6), "augmented": (0, 4, 8)}  # half tones
LOWEST, OCTAVE = 110.0, 12  # the root is one of the twelve notes from this frequency in Hz on
HARMONICS = 4
PEAK = 0.9
COUNTS = {"train": 2_400, "validation": 300, "test": 300}
SEED = 20_140_612


@sources.register()
def tones(request: Request) -> Dataset:
    """2,400 chords of three notes with vibrato and decay, 0.5 s at 4 kHz, 4 classes.

    Major, minor, diminished or augmented triads on one of twelve roots from 110 Hz on; each note has four
    harmonics, the k-th of strength 1/k², all fall off exponentially, and their frequency sways a few times a
    second. 300 more each to validate and to test; always the same ones.
    """
    request.refuse_argument()
    splits = {part: Split(*_drawn(count, (SEED, index))) for index, (part, count) in enumerate(COUNTS.items())}
    mark = fingerprint(*(split.array for split in splits.values()))
    return Dataset("tones", request.source, "waves", splits, tuple(CHORDS), mark, rate=RATE)


def _drawn(count: int, seed: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return int16 (count, 1, 2048) sounds and the int64 (count,) chords that they are."""
    rng = np.random.default_rng(seed)
    chord = rng.integers(len(CHORDS), size=count)
    root = rng.integers(OCTAVE, size=count)
    notes = root[:, None] + np.array(list(CHORDS.values()))[chord]  # (n, 3) half tones
    start = rng.uniform(0, 1, size=(count, 3))  # of each note, in turns
    sway, depth, decay = rng.uniform([3, 0.002, 2], [8, 0.01, 8], size=(count, 3)).T
    time = np.arange(LENGTH) / RATE
    sounds = np.empty((count, 1, LENGTH), np.int16)
    for row in range(count):  # one at a time: all together they would fill the memory
        frequency = LOWEST * 2 ** (notes[row] / 12)
        wobble = depth[row] * np.cos(2 * np.pi * sway[row] * time) / (2 * np.pi * sway[row])
        turns = start[row][:, None] + frequency[:, None] * (time + wobble)  # (3, t)
        phase = (2 * np.pi * (turns % 1)).astype(np.float32)  # whose sine is three times as fast
        wave = np.exp(-decay[row] * time) * _harmonics(phase).sum(0)
        sounds[row, 0] = np.rint(PEAK * FULL * wave / np.abs(wave).max())
    return sounds, chord


def _harmonics(phase: np.ndarray) -> np.ndarray:
    """Return Σ sin(kφ)/k² of the first harmonics, by sin((k+1)φ) = 2 cos φ sin(kφ) − sin((k−1)φ)."""
    before, here, twice = np.zeros_like(phase), np.sin(phase), 2 * np.cos(phase)
    total = here.copy()
    for order in range(2, HARMONICS + 1):
        before, here = here, twice * here - before
        total += here / order**2
    return total
