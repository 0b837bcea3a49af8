"""LSUN: photographs of scenes and things, a database a category."""

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from saddlepoint.core.errors import UserError
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.files.collection import Member, read
from saddlepoint.data.files.lmdb import FILE, Entry, Lmdb
from saddlepoint.data.request import Request, sources

_NAMES = re.compile(r"(?P<category>.+?)_(?P<part>train|val)(_lmdb)?")


@sources.register()
def lsun(request: Request) -> Dataset:
    """Photographs by category (Yu et al. 2015), from lsun:FOLDER.

    FOLDER is a category as it is published, bedroom_train_lmdb, or a folder of such; the images of
    bedroom_val_lmdb beside it validate and test. Several categories are classes. Images are cut to the square
    in their middle.
    """
    if request.argument is None:
        raise UserError(
            "lsun is downloaded by category, with its authors' program; name the folder: --data lsun:FOLDER"
        )
    folder = request.path
    bases = [folder] if (folder / FILE).is_file() else sorted(path.parent for path in folder.glob(f"*/{FILE}"))
    if not bases:
        raise UserError(f"{folder} has no {FILE}, nor has a folder in it; give bedroom_train_lmdb, say")
    return read(_Databases(folder, bases), "lsun", request)


class _Databases:
    """The image files in databases, in folders that are read as official parts and as classes.

    Args:
        root: what was asked for.
        bases: folders of databases.
    """

    def __init__(self, root: Path, bases: Sequence[Path]):
        self.place = str(root.absolute())
        self.tables: Sequence[str] = ()
        self.others: Sequence[str] = ()
        named = {base: _NAMES.fullmatch(base.name) for base in bases}
        single = len({match["category"] for match in named.values() if match}) < 2
        self._at: dict[str, tuple[Lmdb, Entry]] = {}
        members = []
        for base, match in named.items():
            where = f"{match['part']}/{'' if single else match['category']}" if match else base.name
            database, stamp = Lmdb(base), (base / FILE).stat().st_mtime_ns
            for index, entry in enumerate(database.entries()):
                name = f"{where.rstrip('/')}/{index:08d}.webp"
                self._at[name] = database, entry
                members.append(Member(name, entry.size, stamp))
        self.members: Sequence[Member] = members
        if not members:
            raise UserError(f"{self.place} holds no images; fetch it again")

    def open(self, name: str) -> IO[bytes]:
        """Open one image for reading."""
        database, entry = self._at[name]
        return io.BytesIO(database.content(entry))
