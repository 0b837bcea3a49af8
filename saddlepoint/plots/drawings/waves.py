"""Sounds, as waveforms over spectrograms."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from saddlepoint.core.files import write_bytes
from saddlepoint.data.files.sound import wav_bytes
from saddlepoint.plots.collage import rows_named, titled
from saddlepoint.plots.drawing import Drawing, drawings
from saddlepoint.plots.numbered import save_numbered
from saddlepoint.plots.sounds import FEWEST, sounds_image

PAUSE = 0.2  # seconds between two sounds in one file


class Waves(Drawing):
    """A tile for each of int16 (n, c, t) sounds, and WAV files."""

    shown = 12
    files = (".wav",)
    audible = True

    @property
    def legend(self) -> str:
        """Return how long sounds are, and how loud and high their pictures go."""
        _, length = self.of.shape
        seconds = f"{length / self.of.rate:.3g} s"
        if length < FEWEST:
            return f"{seconds} each, amplitude within ±1"
        return f"{seconds} each, amplitude within ±1 over frequency from 0 to {self.of.rate // 2:,} Hz"

    def sound(self, example: np.ndarray) -> bytes:
        """Return the WAV file of a sound."""
        return wav_bytes(example, self.of.rate)

    def samples(self, samples: np.ndarray, behind: Any = None, *, title: str = "") -> Image.Image:
        """Draw three tiles a row, or six where there are many."""
        picture = sounds_image(samples, columns=3 if len(samples) <= self.shown else 6)
        return titled(f"{title}: {self.legend}" if title else self.legend, picture, size=13)

    def small(self, samples: np.ndarray, behind: Any = None, *, title: str = "") -> Image.Image:
        """Draw the tiles alone."""
        return sounds_image(samples)

    def walks(self, walks: np.ndarray, behind: Any = None, *, title: str = "") -> Image.Image:
        """Draw a walk a row."""
        flat = walks.reshape(-1, *walks.shape[2:])
        return titled(f"{title}: {self.legend}", sounds_image(flat, columns=walks.shape[1]), size=13)

    def traversal(
        self, samples: np.ndarray, code: str, values: Sequence[str], behind: Any = None, *, title: str = ""
    ) -> Image.Image:
        """Draw a row for each value."""
        flat = samples.reshape(-1, *samples.shape[2:])
        picture = rows_named(sounds_image(flat, columns=samples.shape[1]), values)
        return titled(f"{code}: a row for each of its values, a column for each latent", picture)

    def save_each(
        self, folder: Path, samples: np.ndarray, text: dict[str, str], *, classes: Sequence[str] = ()
    ) -> None:
        """Write a WAV file a sound."""
        contents = map(self.sound, samples)
        save_numbered(folder, contents, self.files[0], classes=classes)

    def save_all(self, out: Path, samples: np.ndarray) -> None:
        """Write one WAV file with all sounds, and a moment of silence after each."""
        pause = np.zeros((samples.shape[1], round(PAUSE * self.of.rate)), np.int16)
        parts = [part for sound in samples for part in (sound, pause)]
        write_bytes(out, wav_bytes(np.concatenate(parts, axis=1), self.of.rate))


drawings.add("waves", Waves)
