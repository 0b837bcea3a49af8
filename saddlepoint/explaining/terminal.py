"""A topic as a terminal shows it."""

import math
from collections.abc import Sequence

from saddlepoint.core.words import brief
from saddlepoint.explaining.blocks import Block, Code, Formula, Heading, Number, Numbers, Prose, Rows
from saddlepoint.explaining.text import Language, Say, Text, said

NO_NUMBER = Text("no number", "不是数")


def plain(block: Block, language: Language) -> str:
    """Return a block as a terminal shows it; "" where that is a file's affair."""
    match block:
        case Heading(text):
            title = text.said(language)
            return f"{title}\n{'─' * min(80, wide(title))}"
        case Prose(text):
            return _folded(text.said(language))
        case Formula(plain=line):
            return f"    {line}"
        case Code(text, caption):
            return f"{caption.said(language)}\n\n" + "\n".join(f"    {line}" for line in text.splitlines())
        case Numbers(rows):
            return _columns(number_rows(rows, language))
        case Rows(head, rows):
            return _columns([[cell_of(cell, language) for cell in row] for row in (head, *rows)])
        case _:
            return ""


def number_rows(rows: Sequence[Number], language: Language) -> list[list[str]]:
    """Return numbers as the rows of a table, with its head: exact values stand where any is known."""
    known = any(row.exact is not None for row in rows)
    heads = (("", ""), ("computed", "计算值"), ("exact", "精确值"), ("error", "误差"))
    table = [[zh if language == "zh" else en for en, zh in heads[: 4 if known else 2]]]
    for row in rows:
        cells = [said(row.text, language), number(row.value, language)]
        if row.exact is not None and row.error is not None:
            cells += [number(row.exact, language), short_number(row.error, language)]
        if not row.holds:
            cells[-1] += " ✗"
        table.append([*cells, *[""] * (len(table[0]) - len(cells))])
    return table


def cell_of(cell: Say | Number, language: Language) -> str:
    """Return what stands in a table: numbers in three digits."""
    return short_number(cell.value, language) if isinstance(cell, Number) else said(cell, language)


def short_number(value: float, language: Language) -> str:
    """Return a number in three digits, or in words that it is none."""
    return brief(value) if math.isfinite(value) else NO_NUMBER.said(language)


def number(value: float, language: Language) -> str:
    """Return a number in six digits, without noughts at its end, or in words that it is none."""
    if not math.isfinite(value):
        return NO_NUMBER.said(language)
    if value == 0 or abs(value) >= 1e-4:
        text = f"{value:.6g}"
    else:
        digits, _, exponent = f"{value:.2e}".partition("e")
        text = f"{digits}e{int(exponent)}"
    return text.replace("-", "−", 1) if value < 0 else text


def wide(text: str) -> int:
    """Return the columns of a terminal that a line takes."""
    from rich.cells import cell_len

    return cell_len(text)


def _folded(text: str, width: int = 80) -> str:
    from rich.console import Console
    from rich.text import Text as Rich

    console = Console(width=width, no_color=True)
    return "\n".join(line.plain.rstrip() for line in Rich(text).wrap(console, width))


def _columns(rows: list[list[str]]) -> str:
    widths = [max(wide(row[i]) for row in rows) for i in range(len(rows[0]))]

    def line(row: list[str]) -> str:
        cells = [
            cell + " " * (widths[i] - wide(cell)) if i == 0 else " " * (widths[i] - wide(cell)) + cell
            for i, cell in enumerate(row)
        ]
        return "  " + "  ".join(cells).rstrip()

    return "\n".join(map(line, rows))
