"""Classes that stand in a file beside the images: CSV, JSON, or the ``dataset.json`` of StyleGAN's tools."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from saddlepoint.core.errors import UserError
from saddlepoint.core.words import listed, printable, shortened
from saddlepoint.data.files.formats import is_image_name
from saddlepoint.data.files.layout import is_hidden, plain

SUFFIXES = (".csv", ".tsv", ".txt", ".json", ".jsonl")
STYLEGAN = "dataset.json"
_NAMED = (
    "label",
    "labels",
    "class",
    "category",
    "target",
    "y",
)  # the column of labels, where there are several
_LOOKED_AT = 1000  # rows that show which column names the images
_FEWEST = 10  # distinct values that are classes however few images there are


def is_table(name: str) -> bool:
    """Say whether a file's name, with its folders, is one of a file that may hold labels."""
    return name.lower().endswith(SUFFIXES) and not any(map(is_hidden, name.split("/")))


class _Table(NamedTuple):
    header: list[str] | None
    rows: list[list[Any]]


def read_labels(content: bytes, place: str, names: Sequence[str], column: str = "") -> list[str | None]:
    """Return the class that a file of labels gives to each image, None where it gives none.

    CSV (with commas, semicolons, tabs or blanks) has a column that names images, by path, file name or name
    without its ending, and is known by that; JSON holds such pairs, ``{"file": label}``, or objects of columns.

    Args:
        content: of the file.
        place: what messages call it.
        names: ``/``-separated paths of the images.
        column: name of the column of labels, where there are several.

    Raises:
        UserError: it cannot be read, names none of the images, has no such column, or has several and none was
            chosen, or its values are no classes.
    """
    try:
        table = _parse(content, place)
    except (ValueError, RecursionError, csv.Error) as error:
        raise UserError(f"cannot read labels from {place} ({error}); {GRAMMAR}") from error
    files = _Files(names)
    source, header, rows = _columns(table, files)
    if source is None:
        raise UserError(
            f"{place} names none of the {len(names):,} images, for example {listed(names[:1])}; {GRAMMAR}"
        )
    target = _chosen(header, rows, source, column, place)
    labels: list[str | None] = [None] * len(names)
    for row in rows:
        image = files.find(row[source]) if source < len(row) else None
        label = _class(row[target], place) if target < len(row) else None
        if image is None or label is None:
            continue
        if labels[image] not in (None, label):
            both = f"{labels[image]} and {label}"
            raise UserError(f"{place} gives {listed([names[image]])} two classes, {both}; give one an image")
        labels[image] = label
    classes, known = set(labels) - {None}, sum(label is not None for label in labels)
    if len(classes) > max(_FEWEST, known // 2):
        what = f"column {header[target]!r} of {place}" if header else place
        raise UserError(f"{what} has {len(classes):,} values for {known:,} images; choose a column of classes")
    return labels


def read_stylegan(content: bytes, place: str, names: Sequence[str]) -> tuple[list[str | None] | None, str]:
    """Return the classes of a ``dataset.json``, or None where the file is something else, and a note or "".

    It holds ``{"labels": [["00000/img.png", 3], ...]}``, or ``{"labels": null}`` for a set without labels; in
    either case the folders of the set are parts and no classes.
    """
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return None, ""
    if not isinstance(value, dict) or "labels" not in value:
        return None, ""
    nothing: list[str | None] = [None] * len(names)
    if not value["labels"]:
        return nothing, ""
    pairs = value["labels"].items() if isinstance(value["labels"], dict) else value["labels"]
    try:
        if any(isinstance(label, list | float) for _, label in pairs):
            return nothing, f"the labels in {STYLEGAN} are no classes but numbers or vectors, and are not read"
        return read_labels(content, place, names), f"classes are read from {STYLEGAN}"
    except UserError as error:
        return None, f"its {STYLEGAN} is not used: {error}"
    except (TypeError, ValueError):  # no pairs
        return None, ""


def offer(content: bytes, place: str, names: Sequence[str]) -> str:
    """Return a note that offers to read a file as labels; empty where it does not name half of the images."""
    files = _Files(names)
    try:
        source, header, rows = _columns(_parse(content, place), files)
    except (ValueError, RecursionError, csv.Error):
        return ""
    if source is None:
        return ""
    found = {files.find(row[source]) for row in rows[:_LOOKED_AT] if source < len(row)} - {None}
    if 2 * len(found) < min(len(names), _LOOKED_AT):
        return ""
    others = [name for index, name in enumerate(header or rows[0]) if index != source]
    if not others or (header is None and len(others) > 1):
        return ""
    if len(others) < 2 or any(name.casefold() in _NAMED for name in others):
        return f"to read classes from a file beside the images: --labels {printable(place)}"
    columns = shortened(others)
    return f"to read classes from a file beside the images: --labels {printable(place)}:COLUMN ({columns})"


GRAMMAR = 'give CSV with a column of files and one of labels, or JSON like {"file": label}'


class _Files:
    """Finds images by how other files call them."""

    def __init__(self, names: Sequence[str]):
        self._paths = [name.split("/") for name in names]
        self._rows: dict[str, list[int]] = {}
        for row, path in enumerate(self._paths):
            self._rows.setdefault(_stem(path[-1]), []).append(row)

    def find(self, cell: Any) -> int | None:
        """Return the image whose path ends like ``cell``, with or without its ending; None for none or many."""
        if not isinstance(cell, str | int) or isinstance(cell, bool):
            return None
        path = plain(str(cell).strip()).split("/")
        rows = self._rows.get(_stem(path[-1]), [])
        if len(rows) > 1:
            rows = [row for row in rows if self._paths[row][-1] == path[-1]] or rows
        if len(rows) > 1:
            depth = [self._common(row, path) for row in rows]
            rows = [row for row, own in zip(rows, depth, strict=True) if own == max(depth)]
        return rows[0] if len(rows) == 1 else None

    def _common(self, row: int, path: list[str]) -> int:
        """Return how many folders over an image the name agrees with."""
        count = 0
        for mine, other in zip(self._paths[row][-2::-1], path[-2::-1], strict=False):
            if mine != other:
                break
            count += 1
        return count


def _stem(name: str) -> str:
    return name.rpartition(".")[0] if is_image_name(name) else name


def _parse(content: bytes, place: str) -> _Table:
    text = _decoded(content)
    if place.lower().endswith(".json"):
        return _from_json(json.loads(text))
    if place.lower().endswith(".jsonl"):
        return _from_json([json.loads(line) for line in text.splitlines() if line.strip()])
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise ValueError("it is empty")
    delimiter = max(",;\t", key=lines[-1].count)
    if delimiter in lines[-1]:
        found = csv.reader(io.StringIO(text), delimiter=delimiter)
        return _Table(None, [[cell.strip() for cell in row] for row in found if row])
    rows = [line.split() for line in lines]
    if len(rows) > 2 and len(rows[0]) == 1 and len(rows[2]) > 1:  # CelebA's lists begin with their length
        del rows[0]
    if len(rows) > 1 and len(rows[0]) == len(rows[1]) - 1:  # a header without a name for the files
        rows[0].insert(0, "file")
    return _Table(None, rows)


def _decoded(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "backslashreplace")


def _from_json(value: Any) -> _Table:
    if isinstance(value, dict) and isinstance(value.get("labels"), dict | list):
        value = value["labels"]
    if isinstance(value, dict) and all(isinstance(own, dict) for own in value.values()):
        value = [{"file": name, **own} for name, own in value.items()]
    if isinstance(value, dict):
        value = [[name, label] for name, label in value.items()]
    if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
        header = list(dict.fromkeys(name for row in value for name in row))
        return _Table(header, [[row.get(name) for name in header] for row in value])
    if isinstance(value, list) and value and all(isinstance(row, list) and len(row) == 2 for row in value):
        return _Table(["file", "label"], value)
    raise ValueError("it holds neither pairs nor objects")


def _columns(table: _Table, files: _Files) -> tuple[int | None, list[str] | None, list[list[Any]]]:
    """Return which column names images, the header, and the rows below it."""
    header, rows = table
    hits: dict[int, set[int]] = {}
    for row in rows[:_LOOKED_AT]:
        for index, cell in enumerate(row):
            if (image := files.find(cell)) is not None:
                hits.setdefault(index, set()).add(image)
    source = max(hits, key=lambda index: len(hits[index]), default=None)
    if source is not None and header is None:
        first = rows[0]
        if source >= len(first) or files.find(first[source]) is None:
            header, rows = [str(cell) for cell in first], rows[1:]
    return source, header, rows


def _chosen(header: list[str] | None, rows: list[list[Any]], source: int, column: str, place: str) -> int:
    """Return which column holds labels."""
    if header is None:
        if column or len(rows[0]) != 2:
            raise UserError(f"{place} has no header, and is to have two columns then; {GRAMMAR}")
        return 1 - source
    others = [name for index, name in enumerate(header) if index != source]
    named = [name for name in others if name.casefold() in _NAMED]
    meant = [column] if column else named or others
    if meant and len(set(meant)) == 1 and others.count(meant[0]) > 1:
        count = others.count(meant[0])
        raise UserError(f"{place} has {count} columns {meant[0]!r}; give each a name of its own")
    if column:
        if column not in others:
            raise UserError(f"{place} has no column {column!r} of labels; it has {shortened(others) or 'none'}")
        return _place(header, column, source)
    if len(others) != 1 and len(named) != 1:
        columns = f"choose one of its columns, as in --labels {place}:{others[0]}" if others else GRAMMAR
        raise UserError(
            f"{place} has {len(others)} columns of labels ({shortened(others or ['none'])}); {columns}"
        )
    return _place(header, named[0] if len(others) != 1 else others[0], source)


def _place(header: list[str], name: str, source: int) -> int:
    """Return where the column ``name`` stands that is not the one of files, which may be called so too."""
    return next(index for index, own in enumerate(header) if own == name and index != source)


def _class(value: Any, place: str) -> str | None:
    """Return a label as the name of a class."""
    if value is None or isinstance(value, str):
        return (value or "").strip() or None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(int(value)) if isinstance(value, int) or value.is_integer() else str(value)
    raise UserError(f"{place} gives an image a label like {str(value)[:30]!r}; a label is one word or number")
