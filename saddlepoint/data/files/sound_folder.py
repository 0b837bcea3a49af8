"""Sound files of any rate and length to sounds of one: mono, resampled, without silent ends, cut or padded."""

import math
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.hashing import content_key, fingerprint, row_keys
from saddlepoint.core.kinds import FULL
from saddlepoint.core.words import listed
from saddlepoint.data import cache
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.files.layout import Layout, arrange
from saddlepoint.data.files.sound import Sound, Unreadable, decode
from saddlepoint.data.request import Request
from saddlepoint.data.splits import FEWEST, notes_on, split_rows, tenth

HIGHEST = 16_000  # samples a second, where no other rate is asked for; most of what one hears is below 8 kHz
LONGEST = 16_384  # samples of a sound, where no other length is asked for
SILENT = 0.003  # of a file's peak, −50 dB: ends that stay below are trimmed
_TENTH = 10  # of so many files one may be unreadable


class _Heard(NamedTuple):
    """What a first look at a file tells."""

    rate: int
    channels: int
    samples: int  # between its silent ends
    trimmed: bool


def read_sounds(root: Path, names: Sequence[str], name: str, request: Request) -> Dataset:
    """Read sound files as int16 (n, 1, t) sounds of one rate and length.

    Files are mixed to mono and resampled to ``request.rate`` (by default the commonest rate, 16 kHz at most),
    what is silent at their ends is trimmed, and what remains is cut into pieces of ``request.length`` samples
    (by default the median length, 16,384 at most). A last piece of at least half the length, or the only one,
    is padded with silence; shorter ones are left out.

    Args:
        root: the folder that the names are relative to.
        names: of the files; folders tell splits and classes as those of images do.
        name: of the data set.
        request: rate, length and progress report.

    Raises:
        UserError: more than a tenth of the files cannot be read, or none has a sound.
    """
    layout = arrange(list(names))
    stats = [(root / one).stat() for one in names]
    files = [(one, stat.st_size, stat.st_mtime_ns) for one, stat in zip(names, stats, strict=True)]
    place = f"sounds-{cache.key(root.absolute(), request.rate, request.length)}"
    key = f"{place}-{cache.key(*files)}"

    def fill(rows: cache.Rows) -> dict[str, Any]:
        return _fill(rows, root, names, layout, request)

    entry = cache.lookup(key) or cache.build(key, place, fill)
    about, array = entry.about, entry.array[..., 0].view(np.int16)  # (n, 1, t)
    label = np.array(about["label"], np.int64)
    labelled = bool(layout.classes) and bool((label >= 0).all())
    splits = {
        part: Split(array, label if labelled else None, np.array(rows, np.int64))
        for part, rows in about["rows"].items()
    }
    mark = fingerprint(row_keys(array), label if labelled else None, str(about["rate"]))
    classes = layout.classes if labelled else ()
    notes = (*layout.notes, *about["notes"])
    return Dataset(name, request.source, "waves", splits, classes, mark, notes, rate=about["rate"])


def _fill(
    rows: cache.Rows, root: Path, names: Sequence[str], layout: Layout, request: Request
) -> dict[str, Any]:
    """Append all pieces as bytes, and return what is known of them."""
    heard, problems = _listen(root, names, request)
    usual = Counter(one.rate for one in heard.values()).most_common(1)[0][0]
    rate = request.rate or min(HIGHEST, usual)
    lengths = [one.samples * rate / one.rate for one in heard.values()]
    length = request.length or max(2, min(LONGEST, round(float(np.median(lengths)))))
    parts, labels, keys = [], [], []
    for done, one in enumerate(heard):
        request.report("reading sounds", done, len(heard))
        index = names.index(one)
        if layout.parts[index] is None:
            continue
        levels = np.rint(_resampled(decode(root / one), rate) * FULL).clip(-FULL, FULL - 1).astype(np.int16)
        pieces = list(_pieces(levels, length))
        for piece in pieces:
            rows.append(piece.view(np.uint8)[None, :, None])
        parts += [layout.parts[index]] * len(pieces)
        labels += [layout.labels[index]] * len(pieces)
        keys += [content_key(np.ascontiguousarray(levels).data)] * len(pieces)
    split = _split(parts, np.array(keys, np.uint64))
    return {
        "label": labels,
        "rate": rate,
        "rows": {name: found.tolist() for name, found in split.items()},
        "notes": [*_told(heard, rate, length, len(parts)), *_left_out(problems), *notes_on(split)],
    }


def _listen(root: Path, names: Sequence[str], request: Request) -> tuple[dict[str, _Heard], dict[str, str]]:
    """Return what each file that can be read tells, and why others cannot; raises UserError for too many."""
    heard, problems = {}, {}
    for done, name in enumerate(names):
        request.report("listening to files", done, len(names))
        try:
            sound = decode(root / name)
            samples = _trimmed(sound.samples.mean(axis=1))
            heard[name] = _Heard(
                sound.rate, sound.samples.shape[1], len(samples), len(samples) < len(sound.samples)
            )
        except Unreadable as error:
            problems[name] = str(error)
    if problems and len(problems) * _TENTH > len(names):
        name, problem = next(iter(problems.items()))
        others = "" if len(problems) == 1 else f", and {len(problems) - 1:,} more of {len(names):,} files"
        raise UserError(
            f"cannot read {os.path.join(root, name)}{others}: {problem}; save it again or take it out"
        )
    return heard, problems


def _trimmed(samples: np.ndarray) -> np.ndarray:
    """Return (t,) samples without their silent ends; raises Unreadable where all is silent."""
    loud = np.flatnonzero(np.abs(samples) > SILENT * np.abs(samples).max())
    if not len(loud):
        raise Unreadable("it is silent")
    return samples[loud[0] : loud[-1] + 1]


def _resampled(sound: Sound, rate: int) -> np.ndarray:
    """Return a sound as mono samples of another rate, without its silent ends."""
    from scipy.signal import resample_poly

    samples = _trimmed(sound.samples.mean(axis=1))
    if sound.rate == rate:
        return samples
    common = math.gcd(rate, sound.rate)
    return resample_poly(samples, rate // common, sound.rate // common)


def _pieces(levels: np.ndarray, length: int) -> Iterator[np.ndarray]:
    """Yield int16 (length,) pieces; the last one padded, or left out if less than half is there."""
    for start in range(0, len(levels), length):
        piece = levels[start : start + length]
        if start == 0 or 2 * len(piece) >= length:
            yield np.pad(piece, (0, length - len(piece)))


def _split(parts: Sequence[str | None], keys: np.ndarray) -> dict[str, np.ndarray]:
    """Return the rows of the splits: official ones, else by the content of whole files."""
    own = np.array([str(part) for part in parts])
    if "train" not in own:
        # All pieces of a file are on one side, unless there are too few files to hold any out.
        few = len(np.unique(keys)) < FEWEST
        return split_rows(_spread(keys) if few else keys)
    rows = {part: np.flatnonzero(own == part) for part in ("train", "validation", "test") if part in own}
    if "validation" not in rows:
        rows["validation"] = rows["train"][tenth(keys[rows["train"]])]
    rows.setdefault("test", rows["validation"])
    return rows


def _spread(keys: np.ndarray) -> np.ndarray:
    """Return keys of single pieces: those of their files and their place among them."""
    return row_keys(np.stack([keys, np.arange(len(keys), dtype=np.uint64)], axis=1))


def _told(heard: dict[str, _Heard], rate: int, length: int, count: int) -> list[str]:
    """Return what was done to the files, in one sentence."""
    done = []
    if any(one.channels > 1 for one in heard.values()):
        done.append("mixed to mono")
    if others := sorted({one.rate for one in heard.values()} - {rate}):
        done.append(f"resampled from {listed(f'{one:,}' for one in others)} to {rate:,} Hz")
    if any(one.trimmed for one in heard.values()):
        done.append("silent ends trimmed")
    if any(round(one.samples * rate / one.rate) != length for one in heard.values()):
        done.append(f"cut or padded to {length:,} samples, {length / rate:.3g} s")
    changes = f", {', '.join(done)}" if done else ""
    return [f"{count:,} sounds from {len(heard):,} files{changes}"] if done or count != len(heard) else []


def _left_out(problems: dict[str, str]) -> list[str]:
    if not problems:
        return []
    told = listed(f"{name} ({problem})" for name, problem in problems.items())
    return [f"left out {len(problems):,} files that cannot be read: {told}"]
