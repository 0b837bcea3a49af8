"""A zip of image files, read in place: nothing is extracted."""

import re
import stat
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from saddlepoint.core.errors import UserError, reason
from saddlepoint.core.words import printable
from saddlepoint.data.files.collection import UNREADABLE, Member
from saddlepoint.data.files.formats import foreign, is_image, is_image_name
from saddlepoint.data.files.label_file import is_table
from saddlepoint.data.files.layout import is_hidden, plain

LARGEST_MEMBER = 512 * 2**20  # bytes
LARGEST_RATIO = 200  # of a member of more than _FREE bytes; images hardly shrink
_FREE = 16 * 2**20


class Archive:
    """The image files of a zip.

    Args:
        path: the zip.

    Raises:
        UserError: if it is no zip, is damaged or encrypted, has a member that would land outside of a
            folder or unpack to something huge, or holds no images.
    """

    def __init__(self, path: Path):
        self.place = str(path.absolute())
        try:
            self._zip = zipfile.ZipFile(path)
        except UNREADABLE as error:
            raise UserError(
                f"{self.place} cannot be read as a zip ({reason(error)}); fetch it again"
            ) from error
        infos = [info for info in self._zip.infolist() if not info.is_dir()]
        for info in infos:
            check_member(info, self.place)
        # Of two members with one name, the last is meant.
        self._infos = {name: info for info in infos if (name := plain(info.filename))}
        images = [(name, info) for name, info in self._infos.items() if self._is_image(name, info)]
        self.members: Sequence[Member] = sorted(Member(name, i.file_size, i.CRC) for name, i in images)
        found = {name for name, _ in images}
        rest = (name for name in self._infos if name not in found)
        self.others: Sequence[str] = [name for name in rest if not any(map(is_hidden, name.split("/")))]
        self.tables: Sequence[str] = list(filter(is_table, self.others))
        if not images:
            if told := foreign(self.others):
                raise UserError(f"{self.place} holds {told[0]} and no images; {told[1]}")
            files = f"{len(infos):,} file{'s' if len(infos) != 1 else ''}"
            raise UserError(f"{self.place} holds {files} but no images; give a zip of images")

    def open(self, name: str) -> IO[bytes]:
        """Open one member for reading; raises one of UNREADABLE if it is damaged."""
        return self._zip.open(self._infos[name])

    def _is_image(self, name: str, info: zipfile.ZipInfo) -> bool:
        if any(is_hidden(part) for part in name.split("/")):
            return False
        if is_image_name(name):
            return True
        try:
            with self._zip.open(info) as file:
                return is_image(file)
        except UNREADABLE:
            return False


def check_member(info: zipfile.ZipInfo, place: str) -> None:
    """Raise UserError for a zip member that is unsafe: its path, a link, encryption, or its size."""
    shown = printable(info.filename)
    name = info.filename.replace("\\", "/")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
        raise UserError(f"{place} holds {shown!r}, a path out of its folder; pack the images again")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise UserError(f"{place} holds {shown!r}, a symbolic link; pack the images themselves")
    if info.flag_bits & 1:
        raise UserError(f"{place} is encrypted ({shown!r}); pack it without a password")
    ratio = info.file_size / max(1, info.compress_size)
    if info.file_size > LARGEST_MEMBER or (info.file_size > _FREE and ratio > LARGEST_RATIO):
        raise UserError(
            f"{place} holds {shown!r}, which unpacks from {info.compress_size:,} to {info.file_size:,} "
            "bytes; that is no image, take it away"
        )
