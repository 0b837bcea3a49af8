"""A path to a data set, whatever it is: the content decides, not the name."""

import os
from pathlib import Path

from saddlepoint.core.errors import UserError
from saddlepoint.core.words import slug
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.files.collection import read
from saddlepoint.data.files.formats import foreign, is_image, is_image_name
from saddlepoint.data.files.idx import idx_files, is_idx_name, read_idx_path
from saddlepoint.data.files.image_folder import Folder
from saddlepoint.data.files.layout import is_hidden
from saddlepoint.data.files.melody_folder import read_melodies
from saddlepoint.data.files.midi import is_midi_name
from saddlepoint.data.files.numpy_files import read_array_path
from saddlepoint.data.files.sound import is_sound_name
from saddlepoint.data.files.sound_folder import read_sounds
from saddlepoint.data.files.text import is_text_name, read_text
from saddlepoint.data.files.zip_archive import Archive
from saddlepoint.data.request import Request


def read_path(request: Request) -> Dataset:
    """Read whatever is at a path; raises UserError where that is no data.

    A folder or zip of images, IDX files, a NumPy file, sounds, melodies or text; a folder with images is of
    images.
    """
    path = request.path
    try:
        if path.is_dir():
            name = slug(path.absolute().name)
            if idx_files(path):
                return read_idx_path(request, name)
            names = _names(path)
            sounds = [one for one in names if is_sound_name(one)]
            tunes = [one for one in names if is_midi_name(one)]
            texts = [path / one for one in names if is_text_name(one)]
            others = not (sounds or tunes or (texts and not foreign(names)))
            if others or any(_holds_image(path, one) for one in names):
                return read(Folder(path), name, request)
            if sounds:
                return read_sounds(path, sounds, name, request)
            return read_melodies(path, tunes, name, request) if tunes else read_text(texts, name, request)
        head = _head(path)
    except PermissionError as error:
        raise UserError(f"cannot read {path} ({error.strerror}); check its permissions") from error
    name = slug(path.name.partition(".")[0])
    if path.suffix.lower() in (".npy", ".npz") or head.startswith(b"\x93NUMPY"):
        return read_array_path(request, name)
    if path.suffix.lower() == ".zip" or head.startswith(b"PK\x03\x04"):
        return read(Archive(path), name, request)
    if is_idx_name(path.name) or head.startswith(b"\0\0\x08"):
        return read_idx_path(request, name)
    if is_sound_name(path.name):
        return read_sounds(path.parent, [path.name], name, request)
    if is_midi_name(path.name):
        return read_melodies(path.parent, [path.name], name, request)
    if is_text_name(path.name):
        return read_text([path], name, request)
    if is_image_name(path.name) or _is_image(path):
        raise UserError(f"{path} is one image; give the folder that holds the images")
    if told := foreign([path.name]):
        raise UserError(f"{path} is {told[0]}, which is not read as it is; {told[1]}")
    raise UserError(
        f"{path} is no zip, IDX, NumPy, sound, MIDI or text file; unpack it and give the folder of images"
    )


def _names(root: Path) -> list[str]:
    """Return the names of all files under a folder, relative to it, but for hidden ones.

    Symbolic links are followed, and each folder is visited once, as :class:`Folder` does.
    """
    found, seen = [], {os.path.realpath(root)}
    for folder, folders, files in os.walk(root, followlinks=True):
        shown = sorted((one for one in folders if not is_hidden(one)), reverse=True)
        fresh = {os.path.realpath(os.path.join(folder, one)): one for one in shown}
        folders[:] = sorted(one for real, one in fresh.items() if real not in seen)
        seen.update(fresh)
        found += [str((Path(folder) / one).relative_to(root)) for one in sorted(files) if not is_hidden(one)]
    return found


def _holds_image(folder: Path, name: str) -> bool:
    """Say whether a file is an image, by its name, or by its content where the name tells nothing."""
    if is_image_name(name) or is_sound_name(name) or is_midi_name(name) or is_text_name(name):
        return is_image_name(name)
    try:
        return (folder / name).is_file() and _is_image(folder / name)
    except OSError:
        return False


def _is_image(path: Path) -> bool:
    with path.open("rb") as file:
        return is_image(file)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(16)
