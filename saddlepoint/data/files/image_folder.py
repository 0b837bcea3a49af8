"""A folder of image files, nested or flat."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from saddlepoint.core.errors import UserError
from saddlepoint.core.run_folder import RunFolder
from saddlepoint.data.files.collection import Member
from saddlepoint.data.files.formats import USUAL, foreign, is_image, is_image_name
from saddlepoint.data.files.label_file import is_table
from saddlepoint.data.files.layout import is_hidden


class Folder:
    """The image files under a folder; symbolic links are followed, each folder is visited once.

    Args:
        path: the folder.

    Raises:
        UserError: if it cannot be listed or holds no images.
    """

    def __init__(self, path: Path):
        self._root = path
        self.place = str(path.absolute())
        found, others = _walk(path)
        self.others: Sequence[str] = others
        self.members: Sequence[Member] = sorted(found)
        names = filter(is_table, self.others)
        beside = [name for name in _listed(path.absolute().parent) if is_table(name)]
        self.tables: Sequence[str] = [*names, *(f"../{name}" for name in beside)]
        if not found:
            if told := foreign(self.others):
                raise UserError(f"{self.place} holds {told[0]} and no images; {told[1]}")
            holds = (
                f"{len(self.others):,} file{'s' if len(self.others) > 1 else ''} but no images"
                if self.others
                else "no files"
            )
            raise UserError(f"{self.place} holds {holds}; give a folder of images ({USUAL})")

    def open(self, name: str) -> IO[bytes]:
        """Open one member for reading."""
        return (self._root / name).open("rb")


def _walk(root: Path) -> tuple[list[Member], list[str]]:
    """Return images under ``root`` (not those of runs), and the names of other files."""
    found, others, seen = [], [], set()
    waiting = [(str(root), "")]
    while waiting:
        folder, prefix = waiting.pop()
        real = os.path.realpath(folder)
        if real in seen:  # a link back to where we have been
            continue
        seen.add(real)
        try:
            with os.scandir(folder) as entries:
                listing = sorted((e for e in entries if not is_hidden(e.name)), key=lambda e: e.name)
        except OSError as error:
            raise UserError(f"cannot list {folder} ({error.strerror}); check its permissions") from error
        if folder != str(root) and _is_run(folder):
            continue  # pictures that a model has drawn are no data
        folders = []
        for entry in listing:
            try:
                if entry.is_dir():
                    folders.append((entry.path, f"{prefix}{entry.name}/"))
                elif entry.is_file() and _is_image(entry):
                    stat = entry.stat()
                    found.append(Member(prefix + entry.name, stat.st_size, stat.st_mtime_ns))
                else:
                    others.append(prefix + entry.name)
            except OSError:  # a link to nothing, or to itself
                others.append(prefix + entry.name)
        waiting += reversed(folders)
    return found, others


def _listed(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in os.scandir(folder) if entry.is_file())
    except OSError:
        return []


def _is_run(folder: str) -> bool:
    run = RunFolder(folder)
    return run.is_run and bool(run.checkpoints())


def _is_image(entry: os.DirEntry) -> bool:
    if is_image_name(entry.name):
        return True
    try:
        with open(entry.path, "rb") as file:
            return is_image(file)
    except OSError:
        return False
