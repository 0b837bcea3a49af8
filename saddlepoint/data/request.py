"""What a caller asks of a source, and the table of named sources."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypedDict

from saddlepoint.core.errors import UserError
from saddlepoint.core.progress import Progressing, silent
from saddlepoint.core.registry import Registry
from saddlepoint.data.dataset import Dataset

Size = int | Callable[[int], int] | None
Crop = Literal["center", "stretch"]
Background = Literal["white", "black"]
Tokens = Literal["character", "word"]

LARGEST = 1024


class Reading(TypedDict, total=False):
    """How a source is to be read, as :func:`saddlepoint.data.load` takes it."""

    size: Size
    crop: Crop
    background: Background
    labels: str | None
    rate: int | None
    length: int | None
    tokens: Tokens


@dataclass(frozen=True)
class Request:
    """One source, and how it is to be read.

    Attributes:
        source: what the user typed, with paths made absolute, so that it can be loaded again.
        argument: what follows the colon in ``name:argument``, or a plain path; None where there is none.
        size: side in pixels, or native side -> side, or None to keep the native side.
        crop: cut a centred square, or stretch the whole image to one.
        report: (what, done, total) is called as slow work proceeds.
        labels: ``FILE`` or ``FILE:COLUMN`` that gives classes to images, or None for what the source says.
        background: what transparent parts of images are flattened on.
        rate: samples a second of sounds, or None for what the files have.
        length: samples of a sound or tokens of a sequence, or None for what suits the files.
        tokens: what a token of a text is.
    """

    source: str
    argument: str | None = None
    size: Size = None
    crop: Crop = "center"
    report: Progressing = silent
    labels: str | None = None
    background: Background = "white"
    rate: int | None = None
    length: int | None = None
    tokens: Tokens = "character"

    @property
    def path(self) -> Path:
        """The argument as a path; raises UserError where nothing is there."""
        path = Path(os.path.expanduser(self.argument or ""))
        if not self.argument or not path.exists():
            raise UserError(f"there is no file or folder {self.argument!r}; check the path")
        return path

    def side(self, native: int) -> int:
        """Return the side in pixels for images of ``native`` pixels; raises UserError outside 1..1024."""
        side = self.size(native) if callable(self.size) else native if self.size is None else self.size
        if not 1 <= side <= LARGEST:
            hint = "" if self.size is not None else f"; ask for one with --size, from 1 to {LARGEST}"
            raise UserError(f"images of {side} pixels a side are outside 1 to {LARGEST} ({self.source}){hint}")
        return side

    def refuse_argument(self) -> None:
        """Raise UserError if something follows a source that takes nothing."""
        if self.argument is not None:
            name = self.source.partition(":")[0]
            raise UserError(f"data set {name!r} takes nothing after its name; write --data {name}")


def is_data(word: str) -> bool:
    """Say whether a word names a source, with something after a colon or without, or a path."""
    return word.partition(":")[0] in sources or os.path.exists(word)


sources: Registry[Callable[[Request], Dataset]] = Registry("data set", "saddlepoint.data.sources")
