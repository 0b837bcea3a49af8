"""The sopranos of Bach's chorales."""

from importlib.metadata import version
from typing import Any

from saddlepoint.core.errors import UserError
from saddlepoint.data import cache
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.melodies import melodies
from saddlepoint.data.notes import LONGEST, Note
from saddlepoint.data.request import Request, sources

SIXTEENTHS = 4  # of a quarter
VOICES = 4


@sources.register()
def chorales(request: Request) -> Dataset:
    """Melodies of some 350 chorales by Bach, as notes, from music21's corpus (the extra [music]).

    The highest voice of every score of four parts, in its own key, at its first reading; grace notes are left
    out. Reading the scores takes minutes, once.
    """
    request.refuse_argument()
    try:
        import music21  # noqa: F401  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise UserError(
            "data set 'chorales' needs music21, which is not installed; get it with pip install "
            "'saddlepoint[music]', or give a folder of .mid files"
        ) from error
    name = f"chorales-{cache.key(version('music21'))}"
    found = cache.remembered(name, lambda: {"tunes": _sopranos(request)})
    tunes = [[Note(*note) for note in tune] for tune in found["tunes"]]
    return melodies(tunes, "chorales", request, ())


def _sopranos(request: Request) -> list[list[tuple[int | None, int]]]:
    from music21 import corpus  # pyright: ignore[reportMissingImports]

    paths = [path for path in corpus.getComposer("bach") if path.suffix == ".mxl"]
    found = []
    for done, path in enumerate(paths):
        request.report("reading scores, once", done, len(paths))
        score: Any = corpus.parse(path)
        if len(score.parts) == VOICES and (tune := _tune(score.parts[0])):
            found.append(tune)
    return found


def _tune(part: Any) -> list[tuple[int | None, int]]:
    """Return (pitch, sixteenths) of a part, tied notes as one."""
    notes = []
    for one in part.stripTies().flatten().notesAndRests:
        length = round(float(one.quarterLength) * SIXTEENTHS)
        if length > 0:
            notes.append((one.pitch.midi if one.isNote else None, min(LONGEST, length)))
    while notes and notes[-1][0] is None:
        notes.pop()
    return notes
