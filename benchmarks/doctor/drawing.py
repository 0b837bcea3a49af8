"""What was wrong with runs beside what the doctor told first, as one picture."""

from collections import Counter
from typing import Any

from PIL import Image

from benchmarks.doctor.judging import HEALTHY, counts, first
from benchmarks.doctor.scenarios import SCENARIOS
from saddlepoint.plots.canvas import (
    CRITIC,
    FAINT,
    GENERATOR,
    INK,
    RULE,
    Part,
    Words,
    bare,
    head_height,
    new_figure,
    picture,
)

WIDTH, DPI, ROW, NAMES = 9.0, 150, 0.2, 1.6  # inches of a row, and of the names below


def confusion_image(rows: list[dict[str, Any]]) -> Image.Image:
    """Draw kinds of runs against what was told first; blue where that is right."""
    known = [row for row in rows if counts(row)]
    kinds = [name for name in SCENARIOS if any(row["name"] == name for row in known)]
    cells = Counter((row["name"], first(row)) for row in known)
    told = sorted({what for _, what in cells}, key=lambda what: (what != HEALTHY, what))
    head = (
        Words("What the doctor told first of runs of known kinds", 12, bold=True),
        Words(
            "numbers of runs; blue: right, vermilion: wrong; no limit was set on these data and seeds",
            8.5,
            FAINT,
        ),
    )
    heights = head_height(*head), ROW * len(kinds) + NAMES
    figure = new_figure(WIDTH, sum(heights), dpi=DPI)
    top, body = Part(figure).rows(*heights)
    top.write_head(*head)
    (place,) = body.axes(1, 1)
    bare(place, size=8)
    for (name, what), count in cells.items():
        expected = SCENARIOS[name].expected or (HEALTHY,)
        x, y = told.index(what), kinds.index(name)
        place.scatter(x, y, s=120, color=CRITIC if what in expected else GENERATOR)
        place.text(x, y, str(count), color="white", size=7, ha="center", va="center")
    place.set_xlim(-0.5, len(told) - 0.5)
    place.set_ylim(len(kinds) - 0.5, -0.5)
    place.set_yticks(range(len(kinds)), kinds, color=INK)
    place.set_xticks(range(len(told)), told, rotation=60, ha="right", color=INK)
    place.grid(color=RULE, linewidth=0.6)
    place.set_axisbelow(True)
    body.lay_out()
    return picture(figure)
