"""Time to quality as one picture: a panel a data set, a curve a contender."""

import itertools
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from PIL import Image

from saddlepoint.plots.canvas import (
    CRITIC,
    FAINT,
    GENERATOR,
    INK,
    OTHERS,
    Part,
    Words,
    bare,
    head_height,
    new_figure,
    picture,
)

WIDTH, PANEL, DPI = 9.0, 3.4, 150
ROOM = 2.6  # how many times further than the last minute the axis goes, for the names at the curves' ends
APART = 1.5  # least ratio of the heights of two names


def quality_image(rows: Sequence[Mapping[str, Any]]) -> Image.Image:
    """Draw the Fréchet distance over minutes: points are seeds, curves their medians, the line real images."""
    panels = list(dict.fromkeys((row["data"], row["processor"], row["instructions"]) for row in rows))
    head = Words("Fréchet distance after minutes of one thread", 12, bold=True)
    figure = new_figure(WIDTH, head_height(head) + PANEL * len(panels), dpi=DPI)
    top, *parts = Part(figure).rows(head_height(head), *[PANEL] * len(panels))
    top.write_head(head)
    ours = (title for title in dict.fromkeys(row["title"] for row in rows) if not title.startswith("PyTorch"))
    colours = dict(zip(ours, itertools.cycle((GENERATOR, *OTHERS)), strict=False))
    for part, panel in zip(parts, panels, strict=True):
        of_panel = [row for row in rows if (row["data"], row["processor"], row["instructions"]) == panel]
        precision = ", ".join(dict.fromkeys(row["precision"] for row in of_panel))
        judge = of_panel[0].get("encoder", "judge")
        by = [] if judge == "judge" else [f"judged by {judge}"]
        title = Words(" · ".join([*panel, f"recipes in {precision}", *by]), 8.5, FAINT)
        line, body = part.rows(head_height(title), PANEL - head_height(title))
        line.write_head(title)
        _draw(body.axes()[0], of_panel, colours)
        body.lay_out()
    return picture(figure)


def _draw(place: Axes, rows: Sequence[Mapping[str, Any]], colours: Mapping[str, str]) -> None:
    bare(place, size=7.5)
    place.set_xscale("log")
    place.set_yscale("log")
    minutes = sorted({row["asked"] for row in rows})
    real = statistics.median(row["judge_real"] for row in rows)
    place.axhline(real, color=CRITIC, linewidth=1)
    place.set_xlim(minutes[0] / 1.15, minutes[-1] * ROOM)
    place.annotate(
        "held-out real images",
        (minutes[0] / 1.1, real),
        (0, 3),
        textcoords="offset points",
        color=CRITIC,
        fontsize=7.5,
    )
    place.xaxis.set_major_locator(FixedLocator(minutes))
    place.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g} min"))
    place.xaxis.set_minor_locator(NullLocator())
    place.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    place.yaxis.set_minor_locator(NullLocator())
    ends = []
    for title in dict.fromkeys(row["title"] for row in rows):
        colour = colours.get(title, INK)
        of = [(row["asked"], row["judge"]) for row in rows if row["title"] == title]
        place.plot(*zip(*of, strict=True), "o", color=colour, markersize=3)
        times = sorted({at for at, _ in of})
        medians = [statistics.median(value for at, value in of if at == time) for time in times]
        place.plot(times, medians, color=colour, linewidth=1.2)
        ends.append((medians[-1], times[-1], title, colour))
    height = 0.0
    for value, time, title, colour in sorted(ends):
        height = max(value, height * APART)  # names of curves that end side by side stand one above the other
        text = f"{title}, {value:,.0f}" if value >= 10 else f"{title}, {value:.2g}"
        text += f", {value / real:,.0f}×"
        place.annotate(
            text, (time, height), (7, 0), textcoords="offset points", color=colour, fontsize=7.5, va="center"
        )
    place.set_ylim(real / 1.6, 1.6 * max(height, *(row["judge"] for row in rows)))
