"""Samples that any other tool has made, a file or an array, as images that can be scored."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.hashing import fingerprint, row_keys
from saddlepoint.core.kinds import kind_of, kinds
from saddlepoint.core.progress import Progressing, silent
from saddlepoint.core.run_folder import is_run, newest_run
from saddlepoint.core.vocabulary import Vocabulary
from saddlepoint.data import load
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.files.numpy_files import to_examples
from saddlepoint.data.loading import check_source
from saddlepoint.data.request import Background, Crop, Reading, Request
from saddlepoint.data.resize import fit
from saddlepoint.data.splits import notes_on


class Geometry(NamedTuple):
    """How images are made comparable; None where nothing was asked for.

    Attributes:
        size: side in pixels; by default the samples' own.
        crop: how images become square; by default the centre is cut out.
        background: what transparent parts are flattened on; by default white.
    """

    size: int | None = None
    crop: Crop | None = None
    background: Background | None = None

    def settings(self) -> dict:
        """Return the keyword arguments of :func:`saddlepoint.data.load`."""
        return {"size": self.size, "crop": self.crop or "center", "background": self.background or "white"}


def check_target(target: str | Path | None, against: str | None) -> None:
    """Raise UserError where what is to be scored is not there, or there is nothing to compare it with."""
    if target is None:
        newest_run()
    elif not is_run(target):
        if not Path(target).exists():
            raise UserError(f"there is no run, file or folder {str(target)!r}")
        if against is None:
            raise UserError(f"{target} is no run, so name the data to compare with: --against SOURCE")
    if against is not None:
        check_source(against)


def read_samples(
    target: str | Path | np.ndarray, geometry: Geometry, report: Progressing = silent
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return all samples in order, as data of their kind lie in memory, and what was done to them.

    Raises:
        UserError: they cannot be read, or are of no kind.
    """
    settings = geometry.settings()
    if not isinstance(target, np.ndarray):
        data = load(str(target), **settings, report=report)
        rows = {part: split.rows for part, split in data.splits.items() if split.rows is not None}
        splits = notes_on(rows) if {"train", "test"} <= rows.keys() else ()  # samples are not split
        return data.train.array, tuple(note for note in data.notes if note not in splits)
    array, notes = to_examples(target, "the array of samples")
    kind = kind_of(array)
    if not kind.sized:
        return array, notes
    data = Dataset(
        "samples", "samples", kind.name, {"train": Split(array)}, fingerprint=fingerprint(row_keys(array))
    )
    data = fit(data, Request("samples", size=settings["size"], crop=settings["crop"]))
    return data.train.array, (*notes, *data.notes)


def alike(
    target: str | Path | np.ndarray, data: Dataset, report: Progressing = silent
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return sounds or sequences as the data have them, and notes: of one rate, length and vocabulary.

    Raises:
        UserError: they cannot be read, or have words that the data have not.
    """
    if isinstance(target, np.ndarray):
        return to_examples(target, "the array of samples")
    reading: Reading = {"rate": data.rate or None}
    if Path(target).suffix.lower() not in (".npy", ".npz"):
        words = data.vocabulary is not None and bool(data.vocabulary.separator)
        reading |= {"length": data.shape[-1], "tokens": "word" if words else "character"}
    samples = load(str(target), report=report, **reading)
    array = samples.train.array
    own, wanted = samples.vocabulary, data.vocabulary
    if own is not None and wanted is not None and own != Vocabulary.of_numbers(len(own)):
        array = wanted.tokens(own.words)[array]
    return array, samples.notes


def in_colours_of(images: np.ndarray, data: Dataset) -> np.ndarray:
    """Return samples with the channels of the data: grey ones repeated, three equal ones as one.

    Raises:
        UserError: the samples are in colour and the data are not.
    """
    if not (kind_of(images).sized and kinds.get(data.kind).sized) or images.shape[-1] == data.shape[-1]:
        return images
    if images.shape[-1] == 1:
        return images.repeat(3, axis=3)
    if (images == images[..., :1]).all():
        return images[..., :1]
    raise UserError(
        f"the samples are in colour, and {data.name!r} holds grey images; convert them to grey first"
    )
