"""Sequences, as lines of text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from saddlepoint.core.files import write_text
from saddlepoint.plots.collage import rows_named, titled
from saddlepoint.plots.drawing import Drawing, drawings
from saddlepoint.plots.numbered import save_numbered
from saddlepoint.plots.text import lines_image


class Tokens(Drawing):
    """A line for each of int32 (n, t) sequences, and text files."""

    shown = 24
    files = (".txt",)

    def samples(self, samples: np.ndarray, behind: Any = None, *, title: str = "") -> Image.Image:
        """Draw a sequence a line."""
        picture = lines_image(self._texts(samples))
        return titled(title, picture) if title else picture

    def small(self, samples: np.ndarray, behind: Any = None, *, title: str = "") -> Image.Image:
        """Draw the lines alone."""
        return self.samples(samples)

    def traversal(
        self, samples: np.ndarray, code: str, values: Sequence[str], behind: Any = None, *, title: str = ""
    ) -> Image.Image:
        """Draw a block of lines for each value."""
        flat = samples.reshape(-1, *samples.shape[2:])
        return titled(f"{code}: some lines for each of its values", rows_named(self.samples(flat), values))

    def save_each(
        self, folder: Path, samples: np.ndarray, text: dict[str, str], *, classes: Sequence[str] = ()
    ) -> None:
        """Write a text file a sequence."""
        contents = (f"{line}\n".encode() for line in self._texts(samples))
        save_numbered(folder, contents, self.files[0], classes=classes)

    def save_all(self, out: Path, samples: np.ndarray) -> None:
        """Write one text file, a line a sequence; an empty line between those that break lines themselves."""
        texts = self._texts(samples)
        apart = "\n\n" if any("\n" in text for text in texts) else "\n"
        write_text(out, apart.join(texts) + "\n")

    def _texts(self, samples: np.ndarray) -> list[str]:
        assert self.of.vocabulary is not None
        return [self.of.vocabulary.text(row) for row in samples.tolist()]


drawings.add("tokens", Tokens)
