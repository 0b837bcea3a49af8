"""Notes of melodies: as words of a vocabulary, and as a sound."""

import re
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.kinds import FULL
from saddlepoint.data.truth import Truth

NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
OCTAVE = len(NAMES)
PITCHES = 128
LONGEST = 16  # sixteenths of a note: a whole one
SECONDS = 0.125  # of a sixteenth, at 120 quarters a minute
RATE = 16_000  # samples a second of a melody that is rendered
_A4, _HERTZ = 69, 440.0
_HARMONICS = 5
_ATTACK, _RELEASE = 0.01, 0.03  # seconds
_WORD = re.compile(r"(?:([A-G]#?)(-?\d)|r):(\d{1,2})", re.ASCII)


class Note(NamedTuple):
    """One note of a melody, or a rest.

    Attributes:
        pitch: MIDI's number, 60 being C4, or None for a rest.
        length: in sixteenths, 1 to 16.
    """

    pitch: int | None
    length: int

    @property
    def word(self) -> str:
        """The note as a word: ``C#4:2``, and ``r:4`` for a rest."""
        if self.pitch is None:
            return f"r:{self.length}"
        return f"{NAMES[self.pitch % OCTAVE]}{self.pitch // OCTAVE - 1}:{self.length}"

    @classmethod
    def of(cls, word: str) -> "Note":
        """Return the note of a word; raises UserError where it is none, as in a vocabulary that was damaged."""
        found = _WORD.fullmatch(word)
        if found is not None:
            name, octave, length = found.groups()
            pitch = None if name is None else OCTAVE * (int(octave) + 1) + NAMES.index(name)
            if 1 <= int(length) <= LONGEST and (pitch is None or 0 <= pitch < PITCHES):
                return cls(pitch, int(length))
        raise UserError(f"{word!r} is no note")


class Tunes(Truth):
    """Words of the vocabulary are notes."""

    lacking: ClassVar[str] = "needs melodies, for example chorales"


def rendered(notes: Sequence[Note]) -> np.ndarray:
    """Return a melody as int16 (1, t) samples at 16 kHz: plucked notes of five harmonics."""
    parts = [_sounded(note) for note in notes]
    return np.rint(np.concatenate(parts) * 0.8 * FULL).clip(-FULL, FULL - 1).astype(np.int16)[None]


def _sounded(note: Note) -> np.ndarray:
    """Return the samples of one note, at most 1."""
    count = round(note.length * SECONDS * RATE)
    if note.pitch is None:
        return np.zeros(count)
    time = np.arange(count) / RATE
    turns = _HERTZ * 2 ** ((note.pitch - _A4) / OCTAVE) * time
    strengths = {k: k**-1.5 for k in range(1, _HARMONICS + 1)}
    wave = sum(strength * np.sin(2 * np.pi * k * turns) for k, strength in strengths.items())
    rise, fall = np.minimum(time / _ATTACK, 1), np.minimum((count / RATE - time) / _RELEASE, 1)
    return wave / sum(strengths.values()) * np.exp(-2 * time) * rise * fall
