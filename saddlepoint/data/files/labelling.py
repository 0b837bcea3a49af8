"""Which file beside a collection of images tells their classes, and what their names say where none does."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress

from saddlepoint.core.errors import UserError
from saddlepoint.core.words import printable
from saddlepoint.data.files.label_file import STYLEGAN, offer, read_labels, read_stylegan
from saddlepoint.data.files.layout import Layout, arrange

OFFERED = 5  # files that are looked into where none was asked for
LARGEST = 256 * 2**20, 16 * 2**20  # bytes of a file of labels that was asked for, and of one that was not

Read = Callable[[str, int], bytes]


def arranged(names: Sequence[str], tables: Sequence[str], read: Read, place: str, asked: str | None) -> Layout:
    """Return where each image belongs.

    Args:
        names: of the images.
        tables: names of the files beside them that may hold labels.
        read: returns the content of such a file up to a number of bytes; raises UserError where it cannot.
        place: of the collection, for messages.
        asked: ``FILE`` or ``FILE:COLUMN`` of labels, FILE among the tables or on the disk; or None.

    Raises:
        UserError: what was asked for is not there, or holds no labels of these images.
    """
    if asked:
        file, column = _found(asked, tables, place)
        shown = _shown(place, file)
        layout = arrange(names, read_labels(_whole(read, file), shown, names, column))
        source = f"column {column} of {shown}" if column else shown
        return layout._replace(notes=(f"classes are read from {source}", *layout.notes))
    # The nearest first; text files are often notes, and a file for each image is none for all.
    own = {name.rpartition(".")[0] for name in names}
    tables = [name for name in tables if name.rpartition(".")[0] not in own]
    tables.sort(key=lambda name: (name.count("/"), name.lower().endswith(".txt"), name))
    unread: list[str] = []
    for name in tables:
        if name.rpartition("/")[2] == STYLEGAN:
            try:
                given, note = read_stylegan(_whole(read, name), _shown(place, name), names)
            except UserError as error:  # nobody asked for it: the images are as good without
                unread.append(f"no labels are read, as {error}")
                continue
            layout = arrange(names, given)
            return layout._replace(notes=(*([note] if note else []), *layout.notes))
    layout = arrange(names)
    layout = layout._replace(notes=(*unread, *layout.notes))
    if layout.classes:
        return layout
    offers = []
    for name in tables[:OFFERED]:
        with suppress(UserError):  # what nobody asked for may be damaged, or be no labels at all
            content = read(name, LARGEST[1] + 1)
            note = offer(content, _shown(place, name), names) if len(content) <= LARGEST[1] else ""
            offers += [note] if note else []
    return layout._replace(notes=(*layout.notes, *offers[:1]))


def _whole(read: Read, name: str) -> bytes:
    content = read(name, LARGEST[0] + 1)
    if len(content) > LARGEST[0]:
        raise UserError(f"{printable(name)} has more bytes than labels need; give another file")
    return content


def _found(asked: str, tables: Sequence[str], place: str) -> tuple[str, str]:
    """Return FILE and COLUMN, "" where none is named."""
    file, colon, column = asked.rpartition(":")
    for name, own in ((asked, ""), (file, column if colon else "")):
        if name in tables or (name and os.path.isfile(os.path.join(place, name))):
            return name, own
    raise UserError(
        f"there is no file {asked!r} of labels, neither here nor in {printable(place)}; check the path"
    )


def _shown(place: str, name: str) -> str:
    return printable(os.path.normpath(os.path.join(place, name)))
