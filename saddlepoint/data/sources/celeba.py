"""CelebA: photographs of faces, aligned, with the official split."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from PIL import Image

from saddlepoint.core.errors import UserError, reason
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.files.collection import UNREADABLE, Collection, Member, read
from saddlepoint.data.files.image_folder import Folder
from saddlepoint.data.files.zip_archive import Archive
from saddlepoint.data.request import Request, sources

ALIGNED = "img_align_celeba"
PARTITIONS = ("list_eval_partition.txt", "list_eval_partition.csv")
PARTS = ("train", "val", "test")  # 0, 1 and 2 in the file
SIZE = (178, 218)  # width and height of the aligned images


@sources.register()
def celeba(request: Request) -> Dataset:
    """162,770 + 19,867 + 19,962 aligned photographs of faces (Liu et al. 2015), from celeba:FOLDER.

    FOLDER has img_align_celeba, or its zip, and list_eval_partition.txt. Images of 178×218 are cut to the
    square in their middle, or with ``--crop stretch`` squeezed into one. For classes choose one of its 40
    attributes: ``--labels list_attr_celeba.txt:Smiling``.
    """
    if request.argument is None:
        raise UserError(
            f"celeba has no address to download from; get {ALIGNED}.zip and {PARTITIONS[0]} from its authors "
            "and name their folder: --data celeba:FOLDER"
        )
    folder = request.path
    partition = next((folder / name for name in PARTITIONS if (folder / name).is_file()), None)
    if partition is None:
        raise UserError(
            f"{folder} has no {PARTITIONS[0]}, which says what trains and what tests; put it there, or give "
            "the plain path for splits by content"
        )
    return read(_Parted(folder, _images(folder), _parts(partition)), "celeba", request)


class _Parted:
    """The images of a collection in folders that name their official part.

    Args:
        root: what was asked for.
        images: the aligned images.
        parts: part by file name.
    """

    def __init__(self, root: Path, images: Collection, parts: Mapping[str, str]):
        self._root, self._images = root, images
        self._inner: dict[str, str] = {}
        self.place = str(root.absolute())
        self.tables: Sequence[str] = ()
        members = []
        for member in images.members:
            part = parts.get(member.name.rpartition("/")[2])
            if part is not None:
                name = f"{part}/{member.name.rpartition('/')[2]}"
                self._inner[name] = member.name
                members.append(member._replace(name=name))
        self.members: Sequence[Member] = sorted(members)
        self.others: Sequence[str] = images.others
        if not members:
            raise UserError(f"{PARTITIONS[0]} names none of the images in {self.place}; is it another set's?")
        self._check()

    def open(self, name: str) -> IO[bytes]:
        """Open an image, or a file of labels in the folder, for reading."""
        inner = self._inner.get(name)
        return (self._root / name).open("rb") if inner is None else self._images.open(inner)

    def _check(self) -> None:
        """Raise UserError where the first image that can be read is not of the aligned ones' size."""
        for member in self.members[:10]:
            try:
                with self.open(member.name) as file, Image.open(file) as image:
                    size = image.size
            except UNREADABLE:
                continue
            if size != SIZE:
                raise UserError(
                    f"{self.place} holds images of {size[0]}×{size[1]}, where the aligned ones of CelebA have "
                    f"178×218; give {ALIGNED}, or the plain path to use them as they are"
                )
            return


def _images(folder: Path) -> Collection:
    packed = folder / f"{ALIGNED}.zip"
    if not (folder / ALIGNED).is_dir() and packed.is_file():
        return Archive(packed)
    return Folder(folder / ALIGNED if (folder / ALIGNED).is_dir() else folder)


def _parts(path: Path) -> dict[str, str]:
    """Return the part of each file name, from lines ``000001.jpg 0`` or ``000001.jpg,0`` under any header."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise UserError(f"cannot read {path} ({reason(error)})") from error
    found = {}
    for number, line in enumerate(lines, 1):
        match = re.fullmatch(r"\s*([^\s,]+)[\s,]+([012])\s*", line)
        if match:
            found[match[1]] = PARTS[int(match[2])]
        elif line.strip() and number > 1:
            raise UserError(f"line {number} of {path} is no file name with 0, 1 or 2 behind it; fetch it again")
    return found
