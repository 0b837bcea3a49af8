"""Distances of the pitches and rhythms of melodies."""

import numpy as np

from saddlepoint.data.notes import NAMES, OCTAVE, Note, Tunes
from saddlepoint.evaluate.metric import SHARE, About, Figure, Inputs, metric
from saddlepoint.evaluate.metrics.ngrams import distance
from saddlepoint.evaluate.statistics import around

MOST = 10_000  # sequences
REST = OCTAVE  # in place of a pitch class
_REPLICATES = 200


@metric(
    figures={
        "pitch_classes": About("real", "distance of the shares of the twelve pitch classes, from 0 to 1"),
        "intervals": About("real", "distance of the shares of steps between neighbouring notes, from 0 to 1"),
        "note_lengths": About("real", "distance of the shares of notes' lengths, from 0 to 1"),
    },
    truth=Tunes,
    kinds=("tokens",),
    least=10,
    most=MOST,
    cheap=True,
    floor=False,
)
def pitch_classes(inputs: Inputs) -> dict[str, Figure]:
    """Total variation distance of shares of pitch classes, of intervals and of lengths of melodies' notes.

    Samples, training and held-out melodies are cut to one number; what the held-out ones score stands beside
    the value. Rests are a class of their own, and no interval leads to one. The interval is 1.96 standard
    deviations over resampled samples.
    """
    count = min(map(len, filter(len, (inputs.fake, inputs.real, inputs.heldout))))
    assert inputs.dataset.vocabulary is not None
    notes = [Note.of(word) for word in inputs.dataset.vocabulary.words]
    fake, real, held = (heard(v.head(count).pixels, notes) for v in (inputs.fake, inputs.real, inputs.heldout))
    found = {}
    for name, made in fake.items():
        value = _apart(made, real[name])
        rows = inputs.rng.integers(len(made), size=(_REPLICATES, len(made)))
        spread = np.array([_apart(made[index], real[name]) for index in rows])
        floor = _apart(held[name], real[name]) if len(inputs.heldout) else None
        detail = {"samples": _shares(made), "data": _shares(real[name])} if name == "pitch_classes" else {}
        found[name] = Figure(
            value,
            *around(value, spread),
            count,
            encoder="notes",
            real=floor,
            real_samples=len(inputs.heldout),
            detail=detail,
            range=SHARE,
        )
    return found


def heard(tokens: np.ndarray, notes: list[Note]) -> dict[str, np.ndarray]:
    """Return pitch classes (n, t), intervals (n, t − 1) in half tones, and lengths (n, t) of melodies (n, t).

    Where there is no interval it is −1,000.
    """
    rest = -1_000
    pitch = np.array([rest if note.pitch is None else note.pitch for note in notes])[tokens]
    between = np.where((pitch[:, 1:] == rest) | (pitch[:, :-1] == rest), rest, np.diff(pitch))
    return {
        "pitch_classes": np.where(pitch == rest, REST, pitch % OCTAVE),
        "intervals": between,
        "note_lengths": np.array([note.length for note in notes])[tokens],
    }


def _apart(x: np.ndarray, y: np.ndarray) -> float:
    return distance(x.ravel(), y.ravel())


def _shares(classes: np.ndarray) -> dict[str, float]:
    counts = np.bincount(classes.ravel(), minlength=REST + 1) / classes.size
    return dict(zip((*NAMES, "rest"), counts.round(4).tolist(), strict=True))
