"""MIDI files to sequences of notes."""

from collections.abc import Sequence
from pathlib import Path

from saddlepoint.core.errors import UserError
from saddlepoint.core.words import listed
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.files.midi import melody
from saddlepoint.data.files.sound import Unreadable
from saddlepoint.data.melodies import melodies
from saddlepoint.data.request import Request

_TENTH = 10  # of so many files one may be unreadable


def read_melodies(root: Path, names: Sequence[str], name: str, request: Request) -> Dataset:
    """Read the melodies of MIDI files, the highest voice of each, as int32 (n, t) sequences of notes.

    Args:
        root: the folder that the names are relative to.
        names: of the files.
        name: of the data set.
        request: what was asked for; ``length`` is the notes of a sequence, by default 16.

    Raises:
        UserError: more than a tenth of the files cannot be read, or there are too few notes.
    """
    tunes, problems = [], {}
    for done, one in enumerate(names):
        request.report("reading melodies", done, len(names))
        try:
            tunes.append(melody((root / one).read_bytes()))
        except Unreadable as error:
            problems[one] = str(error)
    if len(problems) * _TENTH > len(names):
        first, problem = next(iter(problems.items()))
        raise UserError(f"cannot read {root / first}: {problem}; save it again or take it out")
    told = listed(f"{one} ({problem})" for one, problem in problems.items())
    notes = [f"left out {len(problems):,} files that cannot be read: {told}"] if problems else []
    return melodies(tunes, name, request, notes)
