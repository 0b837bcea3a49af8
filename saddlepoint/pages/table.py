"""A table as data: what its cells say, and how they stand."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """The head of a column.

    Attributes:
        name: what is in it; a narrow page shows it beside every cell.
        left: set to the left, as text is; numbers stand to the right.
        wrap: may take several lines.
        place: which colour of the palette a dot before the name has, None for no dot.
    """

    name: str
    left: bool = False
    wrap: bool = False
    place: int | None = None


@dataclass(frozen=True)
class Span:
    """An interval drawn on a horizontal scale.

    Attributes:
        at: where its value lies, in percent of the width.
        ends: where it begins and ends, None where it has no ends.
        place: which colour of the palette it has, None for grey.
    """

    at: float
    ends: tuple[float, float] | None = None
    place: int | None = None


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes:
        text: what it says.
        below: what it says in a second, smaller line.
        left: set to the left.
        wrap: may take several lines.
        heads: names its row; a narrow page shows it as the row's heading.
        strong: the row's main number.
        faint: grey.
        place: which colour of the palette a dot before the text has, None for no dot.
        span: an interval instead of text.
    """

    text: str = ""
    below: str = ""
    left: bool = False
    wrap: bool = False
    heads: bool = False
    strong: bool = False
    faint: bool = False
    place: int | None = None
    span: Span | None = None


@dataclass(frozen=True)
class Table:
    """Columns, and rows with a cell for each."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self):
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"every row of a table must have {len(self.columns)} cells")
