"""What the names of image files say of their splits and classes."""

import re
from collections.abc import Sequence
from typing import NamedTuple

PARTS = {
    "train": "train",
    "training": "train",
    "valid": "validation",
    "val": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}
HIDDEN = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})


class Layout(NamedTuple):
    """Where each file belongs.

    Attributes:
        parts: for each file its official split, "" where there are none, None if it is outside of them.
        labels: for each file its class, -1 where it has none.
        classes: class names in label order.
    """

    parts: list[str | None]
    labels: list[int]
    classes: tuple[str, ...]


def is_hidden(part: str) -> bool:
    """Say whether one component of a path belongs to an operating system and not to the data."""
    return part.startswith(".") or part in HIDDEN


def arrange(names: Sequence[str]) -> Layout:
    """Read splits and classes off relative ``/``-separated file names.

    ``train`` beside ``test`` or ``validation`` folders (and their usual spellings) are official splits. Two
    or more subfolders that hold every image between them are classes, in natural order (2 before 10).
    """
    paths = _unwrap([tuple(name.split("/")) for name in names])
    found = {PARTS.get(path[0].lower()) for path in paths if len(path) > 1}
    if "train" not in found or not found & {"validation", "test"}:
        folders = _class_folders(paths)
        classes = natural({folder for folder in folders if folder is not None})
        return Layout([""] * len(paths), _labels(folders, classes), classes)
    parts = [PARTS.get(path[0].lower()) if len(path) > 1 else None for path in paths]
    folders: list[str | None] = [None] * len(paths)
    for part in ("train", "validation", "test"):
        rows = [row for row, own in enumerate(parts) if own == part]
        inside = [paths[row][1:] for row in rows]
        for row, folder in zip(rows, _class_folders(_unwrap(inside)), strict=True):
            folders[row] = folder
    trained = {folder for folder, part in zip(folders, parts, strict=True) if part == "train" and folder}
    for row, part in enumerate(parts):  # one class alone in a small test folder looks like a wrapper
        if part in ("validation", "test") and folders[row] is None and len(paths[row]) > 2:
            folders[row] = paths[row][1] if paths[row][1] in trained else None
    classes = natural({f for f in folders if f is not None}) if trained else ()
    return Layout(parts, _labels(folders, classes), classes)


def natural(names: set[str]) -> tuple[str, ...]:
    """Sort names with their numbers in numerical order."""
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


def _class_folders(paths: list[tuple[str, ...]]) -> list[str | None]:
    nested = all(len(path) > 1 for path in paths)
    return [path[0] if nested else None for path in paths]


def _labels(folders: list[str | None], classes: tuple[str, ...]) -> list[int]:
    label = {name: index for index, name in enumerate(classes)}
    return [-1 if folder is None else label.get(folder, -1) for folder in folders]
