"""Which file beside a collection of images tells their classes, and what their names say where none does."""

import os
from collections.abc import Callable, Sequence

from saddlepoint.core.errors import UserError
from saddlepoint.core.words import printable
from saddlepoint.data.labels import STYLEGAN, offer, read_labels, read_stylegan
from saddlepoint.data.layout import Layout, arrange

OFFERED = 5  # files of labels that are looked into where none was asked for

Read = Callable[[str], bytes]


def arranged(names: Sequence[str], tables: Sequence[str], read: Read, place: str, asked: str | None) -> Layout:
    """Return where each image belongs.

    Args:
        names: of the images.
        tables: names of the files beside them that may hold labels.
        read: returns the content of such a file; raises UserError where it cannot be read.
        place: of the collection, for messages.
        asked: ``FILE`` or ``FILE:COLUMN`` of labels, FILE among the tables or on the disk; or None.

    Raises:
        UserError: what was asked for is not there, or holds no labels of these images.
    """
    if asked:
        file, column = _found(asked, tables, place)
        shown = _shown(place, file)
        layout = arrange(names, read_labels(read(file), shown, names, column))
        source = f"column {column} of {shown}" if column else shown
        return layout._replace(notes=(f"classes are read from {source}", *layout.notes))
    tables = sorted(tables, key=lambda name: (name.count("/"), name))
    for name in tables:
        if name.rpartition("/")[2] == STYLEGAN:
            given, note = read_stylegan(read(name), _shown(place, name), names)
            layout = arrange(names, given)
            return layout._replace(notes=(*([note] if note else []), *layout.notes))
    layout = arrange(names)
    if layout.classes:
        return layout
    offers = []
    for name in tables[:OFFERED]:
        try:
            offers += filter(None, [offer(read(name), _shown(place, name), names)])
        except UserError:  # what nobody asked for may be damaged
            continue
    return layout._replace(notes=(*layout.notes, *offers[:1]))


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
