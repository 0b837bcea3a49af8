"""Melodies, as notes over time, and files that play."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from saddlepoint.core.files import write_bytes
from saddlepoint.data.files.midi import midi_bytes
from saddlepoint.data.files.sound import wav_bytes
from saddlepoint.data.notes import LONGEST, RATE, Note, rendered
from saddlepoint.plots.collage import rows_named, titled
from saddlepoint.plots.drawing import Drawing, drawings
from saddlepoint.plots.numbered import save_numbered
from saddlepoint.plots.rolls import rolls_image

QUARTER = 4  # sixteenths; most notes of songs are no longer
PAUSE = Note(None, LONGEST // 2)  # between two melodies in one file


class Melodies(Drawing):
    """A tile for each of int32 (n, t) sequences of notes, MIDI and WAV files."""

    shown = 12
    files = (".mid", ".wav")
    audible = True

    @property
    def legend(self) -> str:
        """Return what is up and what is to the right."""
        return f"pitch, a line at every C, over {self.of.shape[0]} quarters"

    def sound(self, example: np.ndarray) -> bytes:
        """Return the WAV file of a melody, 120 quarters a minute."""
        return wav_bytes(rendered(self._notes(example)), RATE)

    def samples(self, samples: np.ndarray, behind: Any = None, *, title: str = "") -> Image.Image:
        """Draw three tiles a row, or six where there are many."""
        picture = self._picture(samples, 3 if len(samples) <= self.shown else 6)
        return titled(f"{title}: {self.legend}" if title else self.legend, picture, size=13)

    def small(self, samples: np.ndarray, behind: Any = None, *, title: str = "") -> Image.Image:
        """Draw the tiles alone."""
        return self._picture(samples, 3)

    def traversal(
        self, samples: np.ndarray, code: str, values: Sequence[str], behind: Any = None, *, title: str = ""
    ) -> Image.Image:
        """Draw a row for each value."""
        flat = samples.reshape(-1, *samples.shape[2:])
        picture = rows_named(self._picture(flat, samples.shape[1]), values)
        return titled(f"{code}: a row for each of its values", picture)

    def save_each(
        self, folder: Path, samples: np.ndarray, text: dict[str, str], *, classes: Sequence[str] = ()
    ) -> None:
        """Write a MIDI file a melody."""
        save_numbered(folder, map(midi_bytes, self._tunes(samples)), self.files[0], classes=classes)

    def save_all(self, out: Path, samples: np.ndarray) -> None:
        """Write one MIDI or WAV file with all melodies, and half a bar of silence after each."""
        notes = [note for tune in self._tunes(samples) for note in (*tune, PAUSE)]
        write_bytes(out, midi_bytes(notes) if out.suffix == ".mid" else wav_bytes(rendered(notes), RATE))

    def _picture(self, samples: np.ndarray, columns: int) -> Image.Image:
        """Draw tiles of one size whatever the samples: films need that."""
        assert self.of.vocabulary is not None
        pitches = [note.pitch for note in map(Note.of, self.of.vocabulary.words) if note.pitch is not None]
        return rolls_image(
            self._tunes(samples),
            lowest=min(pitches),
            highest=max(pitches),
            sixteenths=QUARTER * self.of.shape[0],
            columns=columns,
        )

    def _tunes(self, samples: np.ndarray) -> list[list[Note]]:
        return [self._notes(row) for row in samples]

    def _notes(self, row: np.ndarray) -> list[Note]:
        assert self.of.vocabulary is not None
        return [Note.of(self.of.vocabulary.words[token]) for token in row.tolist()]


drawings.add("melodies", Melodies)
