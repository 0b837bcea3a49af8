"""What the names of image files, and labels beside them, say of their splits and classes."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from saddlepoint.core.words import listed, printable, shortened

PARTS = {
    "train": "train",
    "training": "train",
    "valid": "validation",
    "val": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}
HELD_OUT = ("validation", "test")
# What operating systems, network drives and programs leave behind; so are all names that begin with a dot.
HIDDEN = frozenset(
    {
        "__macosx",
        "__pycache__",
        "thumbs.db",
        "ehthumbs.db",
        "desktop.ini",
        "$recycle.bin",
        "recycler",
        "system volume information",
        "lost+found",
        "@eadir",
        "@tmp",
        "@recycle",
        "@recently-snapshot",
        "@__thumb",
        "#recycle",
        "#snapshot",
        "network trash folder",
        "temporary items",
    }
)
# Words that say nothing of a folder's content, as in train_images, images_001 or part-2.
_FILLERS = {
    "image",
    "images",
    "img",
    "imgs",
    "picture",
    "pictures",
    "photo",
    "photos",
    "data",
    "set",
    "dataset",
}
_PIECES = _FILLERS | {
    "part",
    "parts",
    "shard",
    "shards",
    "chunk",
    "chunks",
    "batch",
    "folder",
    "dir",
    "split",
    "pack",
}
_SHARD_DIGITS = 3  # the fewest of a folder that is a number and no class
_STRAY = 10  # one in so many images without a class is left out; more, and there are no classes


class Layout(NamedTuple):
    """Where each file belongs.

    Attributes:
        parts: for each file its official split, "" where there are none, None if it is left out.
        labels: for each file its class, -1 where it has none.
        classes: class names in label order.
        notes: what the user should know of this reading.
    """

    parts: list[str | None]
    labels: list[int]
    classes: tuple[str, ...]
    notes: tuple[str, ...] = ()


class _Place(NamedTuple):
    """A file within its split: ``domain`` is A of a folder called trainA, else ""."""

    part: str | None
    domain: str
    path: tuple[str, ...]


def plain(name: str) -> str:
    """Return a file's name in a zip or list as it was meant: with slashes, without empty and ``.`` parts."""
    return "/".join(part for part in name.replace("\\", "/").split("/") if part not in ("", "."))


def is_hidden(part: str) -> bool:
    """Say whether one component of a path belongs to a system or a program and not to the data."""
    return part.startswith(".") or part.casefold() in HIDDEN


def arrange(names: Sequence[str], given: Sequence[str | None] | None = None) -> Layout:
    """Read splits and classes off relative ``/``-separated file names.

    Folders called train beside test or validation, in their usual spellings and with more words (``trainA``,
    ``train2017``, ``test_images``), are official splits; so are such folders within every class. Two or more
    folders that hold the images between them are classes, in natural order (2 before 10), but for folders that
    only number parts of the set (``00000``, ``01000``, ``part-2``).

    Args:
        names: of the files.
        given: the class of each file, where one is known from elsewhere; None where it has none.
    """
    places, notes = _official(_unwrap([tuple(name.split("/")) for name in names]))
    if given is not None:
        folders: list[str | None] = list(given)
    elif len(domains := {place.domain for place in places if place.part == "train"} - {""}) > 1:
        folders = [place.domain or None for place in places]
        kinds = listed(natural(domains), 9)
        notes.append(f"the classes {kinds} are the kinds of train folders; give one folder to read it alone")
    else:
        folders = _class_folders(places, notes)
    parts = [place.part for place in places]
    for part in ("", "train", *HELD_OUT):
        rows = [row for row, own in enumerate(parts) if own == part]
        missing = [row for row in rows if folders[row] is None]
        if not 0 < len(missing) < len(rows):
            continue
        left = listed(names[row] for row in missing)
        if len(missing) * _STRAY <= len(rows) or given is not None:
            notes.append(f"left out {len(missing):,} of {len(rows):,} images that have no class: {left}")
            for row in missing:
                parts[row] = None
        else:
            notes.append(f"no {part} image has a class, because {len(missing):,} have none: {left}")
    kept = {folder for folder, part in zip(folders, parts, strict=True) if part is not None}
    classes = natural(folder for folder in kept if folder is not None)
    label = {name: index for index, name in enumerate(classes)}
    labels = [-1 if folder is None else label.get(folder, -1) for folder in folders]
    return Layout(parts, labels, tuple(map(printable, classes)), tuple(notes))


def natural(names: Iterable[str]) -> tuple[str, ...]:
    """Sort names with their numbers in numerical order."""
    names = list(names)
    if all(re.fullmatch(r"-?\d{1,18}", name, flags=re.A) for name in names):
        return tuple(sorted(names, key=lambda name: (int(name), name)))
    return tuple(
        sorted(names, key=lambda name: ([_number(p) for p in re.split(r"(\d+)", name, flags=re.A)], name))
    )


def _number(piece: str) -> tuple[int, str]:
    return (int(piece), "") if re.fullmatch(r"\d{1,18}", piece, flags=re.A) else (-1, piece)


def _unwrap(paths: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Drop leading folders that all paths share: a zip often holds one folder that holds the images."""
    while paths and all(len(path) > 1 and path[0] == paths[0][0] for path in paths):
        paths = [path[1:] for path in paths]
    return paths


def _official(paths: list[tuple[str, ...]]) -> tuple[list[_Place], list[str]]:
    """Return where each file stands in its official split, "" where there are none, and notes."""
    tops = {path[0]: _read_part(path[0]) for path in paths if len(path) > 1}
    trained = {domain for part, domain in tops.values() if part == "train"}
    held = {domain for part, domain in tops.values() if part in HELD_OUT}
    if trained and held & (trained | {""}):
        known = {top: own for top, own in tops.items() if own[0] == "train" or own[1] in trained | {""}}
        outside = (None, "")
        places = [_Place(*(known.get(p[0], outside) if len(p) > 1 else outside), p[1:]) for p in paths]
        left = ["/".join(path) for path, place in zip(paths, places, strict=True) if place.part is None]
        notes = (
            [f"left out {len(left):,} of {len(paths):,} images outside train and test: {listed(left)}"]
            if left
            else []
        )
        names = [top for top, own in known.items() if own[0]]
        if any(name.casefold() not in PARTS for name in names):
            notes.append(f"the folders {shortened(natural(names))} are read as official splits")
        return places, notes
    seconds = {PARTS.get(path[1].casefold()) if len(path) > 2 else None for path in paths}
    if "train" in seconds and None not in seconds and len(seconds) > 1:
        return [_Place(PARTS[path[1].casefold()], "", (path[0], *path[2:])) for path in paths], []
    return [_Place("", "", path) for path in paths], []


def _inside(places: list[_Place]) -> list[tuple[str, ...]]:
    """Return the path of each file without the folders that all files of its split and domain share."""
    paths = [place.path for place in places]
    for group in {place[:2] for place in places}:
        rows = [row for row, place in enumerate(places) if place[:2] == group]
        for row, path in zip(rows, _unwrap([paths[row] for row in rows]), strict=True):
            paths[row] = path
    return paths


def _read_part(folder: str) -> tuple[str | None, str]:
    """Return the split that a folder's name tells, or None, and what else it says: ("train", "A") of trainA."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\x00-\x7f]+", folder)
    parts = [PARTS[word.lower()] for word in words if word.lower() in PARTS]
    if len(parts) != 1:
        return None, ""
    others = [word for word in words if word.lower() not in PARTS and word.lower() not in _FILLERS]
    return parts[0], "_".join(others)


def _class_folders(places: list[_Place], notes: list[str]) -> list[str | None]:
    """Return the class of each file by its folder, and add to the notes."""
    paths = _inside(places)
    shown = [path for path, place in zip(paths, places, strict=True) if place.part in ("", "train")]
    nested = [path for path in shown if len(path) > 1]
    loose, folders = len(shown) - len(nested), {path[0] for path in nested}
    reason = ""
    if loose * _STRAY > len(shown):
        reason = f"are no classes, because {loose:,} images lie beside them"
    elif len(folders) > 1 and _are_shards(nested):
        reason = "number parts of the set and are no classes (if they are: --labels FILE)"
    if len(folders) < 2 or reason:
        notes += [f"the folders {shortened(natural(folders))} {reason}"] if len(folders) > 1 else []
        return [None] * len(places)
    found: list[str | None] = []
    for place, path in zip(places, paths, strict=True):
        # One class alone in a small test folder looks like a wrapper; a class may be in the test folder only.
        known = [] if place.part in ("", "train") else [name for name in place.path[:-1] if name in folders]
        found.append(known[0] if known else path[0] if len(path) > 1 else None)
    return found


def _are_shards(paths: list[tuple[str, ...]]) -> bool:
    """Say whether folders only number parts of one set.

    They do if they are called part-1 and part-2, or if they are numbers of one length, of three digits or more,
    through which the files' own names run: no folder's first name comes before the last one's end.
    """
    spans: dict[str, tuple[str, str]] = {}
    for folder, *_, name in paths:
        low, high = spans.get(folder, (name, name))
        spans[folder] = min(low, name), max(high, name)
    words = [re.fullmatch(r"([A-Za-z]+)[-_ ]*\d+", folder) for folder in spans]
    if all(word and word[1].lower() in _PIECES for word in words):
        return True
    lengths = Counter(len(folder) for folder in spans if re.fullmatch(r"\d+", folder, flags=re.A))
    if len(lengths) != 1 or lengths.total() < len(spans) or min(lengths) < _SHARD_DIGITS:
        return False
    ordered = [spans[folder] for folder in sorted(spans)]
    return all(before[1] < after[0] for before, after in pairwise(ordered))
