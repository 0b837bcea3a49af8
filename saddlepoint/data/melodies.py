"""Tunes to sequences of notes."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.hashing import fingerprint, row_keys
from saddlepoint.core.vocabulary import Vocabulary
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.notes import Note, Tunes
from saddlepoint.data.request import Request
from saddlepoint.data.splits import FEWEST, content_splits, notes_on, split_rows

LENGTH = 16  # notes of a sequence, where no other number is asked for
STEP = 4  # sequences of a tune begin a quarter of their length after each other


def melodies(tunes: Sequence[Sequence[Note]], name: str, request: Request, notes: Sequence[str]) -> Dataset:
    """Return int32 (n, t) sequences of tunes, every word a note; those of one tune are all in one split.

    Args:
        tunes: any number of notes each; those that are shorter than a sequence are left out.
        name: of the data set.
        request: what was asked for; ``length`` is the notes of a sequence.
        notes: what was said of the reading.

    Raises:
        UserError: there are too few notes.
    """
    length = request.length or LENGTH
    words = [[note.word for note in tune] for tune in tunes]
    starts = [range(0, len(tune) - length + 1, max(1, length // STEP)) for tune in words]
    count = sum(map(len, starts))
    if count < FEWEST:
        raise UserError(
            f"{request.source} holds {count} sequences of {length} notes, and {FEWEST} are needed; give more "
            "melodies, or a smaller --length"
        )
    counts = Counter(word for tune in words for word in tune)
    vocabulary = Vocabulary(tuple(sorted(counts, key=lambda word: (-counts[word], word))), " ", notes=True)
    pieces = [(tune, start) for tune, begins in enumerate(starts) for start in begins]
    array = np.array([vocabulary.tokens(words[tune][start : start + length]) for tune, start in pieces])
    of_tune = np.array([tune for tune, _ in pieces], np.int64)
    whole = [fingerprint(" ".join(tune)) for tune in words]
    keys = np.array([int(one[:16], 16) for one in whole], np.uint64)[of_tune]
    if len(np.unique(keys)) < FEWEST:  # too few tunes to hold any out
        keys = row_keys(array)
    used = len(np.unique(of_tune))
    return Dataset(
        name,
        request.source,
        "tokens",
        content_splits(array, None, keys),
        fingerprint=fingerprint(array, " ".join(vocabulary.words)),
        notes=(
            *notes,
            f"{count:,} sequences of {length} notes from {used:,} melodies; a note is a pitch and a length",
            *notes_on(split_rows(keys)),
        ),
        truth=Tunes(),
        vocabulary=vocabulary,
    )
