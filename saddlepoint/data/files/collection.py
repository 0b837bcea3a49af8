"""Many image files, in a folder or a zip, to one memory-mapped array that is decoded once."""

import lzma
import os
import statistics
import struct
import zipfile
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import IO, Any, NamedTuple, Protocol

import numpy as np

from saddlepoint.core.errors import UserError, reason
from saddlepoint.core.hashing import content_key, fingerprint
from saddlepoint.core.words import listed, printable, slug
from saddlepoint.data import cache
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.files import image as images
from saddlepoint.data.files.formats import others_told
from saddlepoint.data.files.labelling import arranged
from saddlepoint.data.files.layout import Layout
from saddlepoint.data.files.tally import OtherWhite, Tally
from saddlepoint.data.request import Request
from saddlepoint.data.splits import notes_on, split_rows, tenth

# What opening and reading a file on disk or a member of a zip may raise.
UNREADABLE = (
    OSError,
    ValueError,
    EOFError,
    IndexError,
    NotImplementedError,
    RuntimeError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
)
_SAMPLE = 1000  # headers read to find the native side
_TASK = 32  # files a thread takes at once
_SMALL = 16_384  # bytes; files below this decode faster in one thread: most of the work holds the lock


class Member(NamedTuple):
    """One file of a collection.

    Attributes:
        name: path within the collection, ``/``-separated.
        size: bytes.
        stamp: changes with the content: time of modification, or checksum.
    """

    name: str
    size: int
    stamp: int


class Collection(Protocol):
    """Where image files live.

    Attributes:
        place: absolute path, for messages.
        members: the image files, sorted by name.
        tables: names of files that may hold labels.
        others: names of all files that are no images.
    """

    place: str
    members: Sequence[Member]
    tables: Sequence[str]
    others: Sequence[str]

    def open(self, name: str) -> IO[bytes]:
        """Open one member for reading; raises one of UNREADABLE if that fails."""
        ...


class _Result(NamedTuple):
    key: int
    picture: images.Picture | None
    problem: str


def read(collection: Collection, name: str, request: Request) -> Dataset:
    """Return the collection as square images with their splits and classes.

    Args:
        collection: the files.
        name: of the data set.
        request: side, crop, labels and progress report.

    Raises:
        UserError: if more than a tenth of the files cannot be decoded, if one is a decompression bomb, or
            if the labels that were asked for cannot be read, or the cache cannot be written.
    """
    names = [member.name for member in collection.members]

    def read_table(table: str, most: int) -> bytes:
        try:
            with collection.open(table) as file:
                return file.read(most)
        except UNREADABLE as error:
            raise UserError(
                f"cannot read {listed([table])} beside {collection.place} ({_reason(error)})"
            ) from error

    layout = arranged(names, collection.tables, read_table, collection.place, request.labels)
    with images.quietly():
        native = 0 if isinstance(request.size, int) else _native(collection)
        side = request.side(native)
        geometry = side, request.crop, request.background
        place = f"{slug(name)}-{cache.key(collection.place, *geometry, request.labels)}"
        entry_name = f"{place}-{cache.key(*collection.members, *layout[:3])}"

        def build(white: int) -> cache.Entry:
            read = partial(_decode_all, collection, layout, side, request, white)
            return cache.build(entry_name, place, read)

        try:
            entry = cache.lookup(entry_name) or build(images.WHITE)
        except OtherWhite as found:
            entry = build(found.white)
    about = entry.about
    label = np.array(about["label"], np.int64)
    splits = {}
    for part, rows in about["rows"].items():
        index = np.array(rows, np.int64)
        known = len(about["classes"]) > 0 and bool((label[index] >= 0).all())
        splits[part] = Split(entry.array, label if known else None, index)
    return Dataset(
        name=name,
        source=request.source,
        kind="images",
        splits=splits,
        classes=tuple(about["classes"]),
        fingerprint=about["fingerprint"],
        notes=(*layout.notes, *about["notes"], *filter(None, [others_told(collection.others)])),
        fitted=True,
        labels=request.labels,
    )


def _native(collection: Collection) -> int:
    """Return the median shorter side of (at most a thousand of) the images, from their headers."""
    members = collection.members
    sides = []
    for member in members[:: -(-len(members) // _SAMPLE)]:
        try:
            with collection.open(member.name) as file:
                sides.append(images.shorter_side(file, f"{collection.place}/{member.name}"))
        except UNREADABLE:
            continue  # decoding will say what is wrong with it
    known = [side for side in sides if side]
    if not known:
        raise UserError(f"no image of {collection.place} can be read; are they damaged?")
    return int(statistics.median_low(known))


def _decode_all(
    collection: Collection, layout: Layout, side: int, request: Request, white: int, rows: cache.Rows
) -> dict[str, Any]:
    """Decode every member into ``rows`` and return what the cache keeps beside them."""
    members = collection.members
    kept, keys, bad, tally = [], [], [], Tally()
    inside = [row for row, part in enumerate(layout.parts) if part is not None]
    results = _results(collection, [members[row] for row in inside], side, request, white)
    for done, (row, result) in enumerate(zip(inside, results, strict=True), 1):
        if done % 256 == 0 or done == len(inside):
            request.report(f"reading images of {printable(collection.place)}", done, len(inside))
        if result.picture is None:
            bad.append(f"{members[row].name} ({result.problem})")
            continue
        rows.append(result.picture.pixels)
        kept.append(row)
        keys.append(result.key)
        tally.add(result.picture)
    if len(bad) * 10 > len(inside):
        raise UserError(
            f"{len(bad):,} of {len(inside):,} images in {collection.place} cannot be read "
            f"({listed(bad)}); repair them or take them away"
        )
    tally.check_white(white)
    hashes = np.array(keys, np.uint64)
    splits, notes = _splits(layout, kept, hashes)
    label = np.array([layout.labels[row] for row in kept], np.int64)
    if bad:
        notes.append(f"skipped {len(bad):,} of {len(inside):,} images that cannot be read: {listed(bad)}")
    notes += tally.notes(request, side, white)
    # As it was before there was a choice of background or white.
    reading = (side, request.crop, *([request.background] if request.background != "white" else []))
    reading += (white,) if white != images.WHITE else ()
    parts = (f"{part}{split.tolist()}" for part, split in splits.items())
    return {
        "label": label.tolist(),
        "rows": {part: split.tolist() for part, split in splits.items()},
        "classes": list(layout.classes),
        "notes": notes,
        "fingerprint": fingerprint(hashes, label, str(reading), *layout.classes, *parts),
    }


def _splits(layout: Layout, kept: list[int], keys: np.ndarray) -> tuple[dict[str, np.ndarray], list[str]]:
    parts = np.array([layout.parts[row] for row in kept])
    official = {part: np.flatnonzero(parts == part) for part in ("train", "validation", "test")}
    official = {part: rows for part, rows in official.items() if len(rows)}
    if "train" not in official or len(official) < 2:
        splits = split_rows(keys)
        return splits, list(notes_on(splits))
    if "validation" not in official:
        train = official["train"]
        return {**official, "validation": train[tenth(keys[train])]}, []
    if "test" not in official:
        return {**official, "test": official["validation"]}, ["no test folder: validation images test too"]
    return official, []


def _results(
    collection: Collection, members: list[Member], side: int, request: Request, white: int
) -> Iterator[_Result]:
    """Decode in threads, in order, with a bounded number of images in flight."""

    def task(group: list[Member]) -> list[_Result]:
        return [_one(collection, member, side, request, white) for member in group]

    groups = [members[i : i + _TASK] for i in range(0, len(members), _TASK)]
    if sum(member.size for member in members) < _SMALL * len(members):
        for group in groups:
            yield from task(group)
        return
    workers = os.cpu_count() or 1
    waiting = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for group in groups:
                waiting.append(pool.submit(task, group))
                if len(waiting) > 2 * workers:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _one(collection: Collection, member: Member, side: int, request: Request, white: int) -> _Result:
    try:
        with collection.open(member.name) as file:
            content = file.read()
        shown = f"{collection.place}/{member.name}"
        picture = images.decode(content, shown, side, request.crop, background=request.background, white=white)
    except UNREADABLE as error:
        return _Result(0, None, _reason(error))
    return _Result(content_key(content), picture, "")


def _reason(error: Exception) -> str:
    """Return why a file could not be read, in one line."""
    return "no image, or none of its kind" if "cannot identify image" in str(error) else reason(error)
