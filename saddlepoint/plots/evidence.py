"""Evidence of what is wrong with a run: figures beside their limits, curves, groups of numbers, examples."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from saddlepoint.core.words import brief, clipped, short_count
from saddlepoint.plots.canvas import FAINT, GENERATOR, INK, Part, Words, bare, new_figure, picture
from saddlepoint.plots.collage import beside, caption, caption_width, framed, opaque, resized, stacked, titled
from saddlepoint.plots.curves.end_labels import BROKEN
from saddlepoint.plots.curves.panels import colours
from saddlepoint.plots.curves.scale import set_scale
from saddlepoint.plots.curves.series import Series, curve
from saddlepoint.plots.drawing import Drawing
from saddlepoint.plots.histogram import DATA
from saddlepoint.plots.panel import Bars, Curves, Examples, Histogram, Measured, Panel, Section
from saddlepoint.plots.text import lines_image

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, NARROW, HEIGHT, DPI = 2.8, 2.3, 2.2, 140  # inches of a panel, and of one of bars beside limits
PAGE, GAP, APART = 1440, 20, 24  # pixels: a page's width, and the distances of panels and of findings
SIDE, MOST = 290, 16  # pixels of a picture of examples, about; examples in it, unless they are points
LETTERS, SMALL = 8.0, 7.0  # points
LINE, INCH = 150, 14  # letters in a line of text, and in an inch of a panel's title
BINS, NAMED = 30, 24  # of a histogram; bars that have names
FEW = 40  # values of a curve up to which each one is marked
WIDE, FAR = 30.0, 1e4  # times apart are a figure and its limit where an axis is logarithmic; so far, it shows 0
KEY = "dashed: limits; shaded: where a figure speaks for the finding"
ROOM = 1.6  # height of axes over that of their highest bar, where several groups have names


def evidence_image(
    sections: Sequence[Section], drawing: Drawing, behind: Any = None, *, title: str
) -> Image.Image:
    """Draw what speaks for findings, one under the other.

    Args:
        sections: from top to bottom.
        drawing: of the kind of the examples.
        behind: what they are drawn over, as :meth:`Drawing.behind` returns it.
        title: one line above.

    Returns:
        RGB on white.
    """
    parts = [stacked([caption(PAGE, title, size=24), caption(PAGE, KEY, size=14, colour=FAINT)], gap=0)]
    for section in sections:
        head = caption(PAGE, section.heading, size=20)
        text = lines_image(textwrap.wrap(section.text, LINE), width=PAGE)
        known = [one for one in section.measured if np.isfinite(one[1])]
        numbers, examples = [picture(measured_figure(known))] if known else [], []
        for panel in section.panels:
            drawn = examples if isinstance(panel, Examples) else numbers
            drawn.append(panel_image(panel, drawing, behind))
        fitting = sum(one.width + GAP for one in [*numbers, *examples]) - GAP <= PAGE
        groups = [numbers + examples] if fitting else [numbers, examples]
        rows = [row for group in groups for row in _rows(group)]
        parts.append(stacked([head, text, *rows], gap=GAP // 4))
    return framed(stacked(parts, gap=APART), GAP)


def panel_image(panel: Panel, drawing: Drawing, behind: Any = None) -> Image.Image:
    """Draw one panel; arguments as for :func:`evidence_image`."""
    return _examples(panel, drawing, behind) if isinstance(panel, Examples) else picture(panel_figure(panel))


def panel_figure(panel: Curves | Histogram | Bars) -> Figure:
    """Return a panel of numbers before it is drawn."""
    figure = new_figure(WIDTH, HEIGHT, dpi=DPI)
    body = Part(figure)
    (place,) = body.axes()
    bare(place, size=SMALL)
    _name(place, panel.title, WIDTH)
    place.set_xlabel(_wrapped(panel.over, WIDTH), size=LETTERS, color=INK, parse_math=False)
    if isinstance(panel, Curves):
        _curves(place, panel)
    elif isinstance(panel, Histogram):
        _histogram(place, panel)
    else:
        _bars(place, panel)
    body.lay_out()
    return figure


def _rows(pictures: Sequence[Image.Image]) -> list[Image.Image]:
    """Put pictures beside one another, and under one another where the page ends."""
    rows: list[list[Image.Image]] = [[]]
    for one in pictures:
        if rows[-1] and sum(other.width + GAP for other in rows[-1]) + one.width > PAGE:
            rows.append([])
        rows[-1].append(one)
    return [beside(row, gap=GAP) for row in rows if row]


def _examples(panel: Examples, drawing: Drawing, behind: Any) -> Image.Image:
    count = drawing.shown if drawing.over_real else min(MOST, drawing.on_page())
    drawn = opaque(drawing.small(panel.examples[: None if panel.every else count], behind))
    drawn = resized(drawn, min(PAGE, max(SIDE, *drawn.size)))
    if drawing.legend:
        width = max(drawn.width, caption_width(drawing.legend, size=12))
        drawn = stacked([drawn, caption(width, drawing.legend, size=12, colour=FAINT)], gap=0)
    return titled(panel.title, drawn, size=13, width=caption_width(panel.title, size=13))


def measured_figure(figures: Sequence[Measured]) -> Figure:
    """Return each figure as a bar over the side of its limit that speaks for the finding; not drawn yet."""
    figure = new_figure(NARROW, HEIGHT, dpi=DPI)
    body = Part(figure)
    for place, (what, value, limit, below) in zip(body.axes(len(figures)), figures, strict=True):
        bare(place, size=SMALL)
        _name(place, what, NARROW)
        place.set_yticks([])
        place.set_ylim(-1, 1)
        low, high = min(0.0, value, limit), max(value, limit)
        if limit > 0 and (value > WIDE * limit or limit / FAR < value < limit / WIDE):
            place.set_xscale("log")
            low, high = min(value, limit) / 3, 3 * high
        else:
            high = low + 1.35 * (high - low) or 1.0
        place.set_xlim(low, high)
        place.xaxis.set_major_formatter(lambda x, _: brief(x))
        place.barh(0, value - low, left=low, height=0.6, color=GENERATOR)
        words = Words(f" {brief(value)}", LETTERS, GENERATOR, bold=True)
        place.text(max(value, low), 0, words.text, **words.settings())
        side = (low, limit) if below else (limit, high)
        place.axvspan(*side, color=GENERATOR, alpha=0.1, linewidth=0, zorder=0)
        _limit(place, limit, upright=True)
    body.lay_out()
    return figure


def _curves(place: Axes, panel: Curves) -> None:
    x = np.asarray(panel.x, float)
    for (name, line), colour in zip(panel.lines.items(), colours(list(panel.lines)).values(), strict=True):
        y = np.where(np.isfinite(line), line, np.nan)
        place.plot(
            x, y, color=colour, linewidth=1.4, label=name, marker="o" if len(x) < FEW else "", markersize=3
        )
        broken = x[np.isinf(line)]
        place.plot(broken, np.full(len(broken), 0.03), "x", color=BROKEN, transform=place.get_xaxis_transform())
    set_scale(place, [curve(Series(x, np.asarray(y, float))) for y in panel.lines.values()], panel.limits)
    place.xaxis.set_major_formatter(lambda x, _: short_count(x))
    for limit in panel.limits:
        _limit(place, limit)
    if panel.since is not None:
        place.axvline(panel.since, color=INK, linewidth=1, linestyle=":", label="since then")
    _key(place)


def _histogram(place: Axes, panel: Histogram) -> None:
    groups = {name: one[np.isfinite(one)] for name, one in panel.groups.items()}
    every = np.concatenate([*groups.values(), panel.limits])
    low, high = (float(every.min()), float(every.max())) if len(every) else (0.0, 1.0)
    if low > 0 and high > 100 * WIDE * low:
        place.set_xscale("log")
        edges = np.geomspace(low, high, BINS + 1)
    else:
        middle = (low + high) / 2
        edges = middle + max(0.52 * (high - low), 1e-3 * abs(middle), 1e-6) * np.linspace(-1, 1, BINS + 1)
        place.xaxis.set_major_formatter(lambda x, _: brief(x))
    for (name, one), colour in zip(groups.items(), colours(list(groups)).values(), strict=True):
        share = np.histogram(one, bins=edges)[0] / max(1, len(one))
        place.stairs(share, edges, fill=True, color=colour, alpha=0.2, linewidth=0)
        place.stairs(share, edges, color=colour, linewidth=1.4, label=name)
    if len(groups) > 1:
        _make_room(place)
    place.set_ylabel("share", size=LETTERS, color=INK)
    place.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g} %")
    for limit in panel.limits:
        _limit(place, limit, upright=True)
    _key(place)


def _bars(place: Axes, panel: Bars) -> None:
    count = len(next(iter(panel.groups.values())))
    places = np.arange(count)
    looks = [(0.84, DATA, 0.6), (0.44, GENERATOR, 0.9)][-len(panel.groups) :]
    for (name, height), (width, colour, alpha) in zip(panel.groups.items(), looks, strict=True):
        place.bar(places, height, width=width, color=colour, alpha=alpha, label=name)
    highest = float(max(np.max(one) for one in panel.groups.values()))
    if isinstance(panel.limit, np.ndarray):
        place.hlines(panel.limit, places - 0.45, places + 0.45, color=INK, linewidth=1.2, label="limit")
    elif panel.limit is not None:
        if 0 < panel.limit < highest / WIDE:
            place.set_yscale("log")
            place.set_ylim(panel.limit / WIDE, 3 * highest)
        _limit(place, panel.limit)
    if place.get_yscale() == "linear":
        if len(panel.groups) > 1:
            _make_room(place)
        place.yaxis.set_major_formatter(lambda y, _: brief(y))
    place.grid(False, axis="x")
    place.set_xlim(-0.6, count - 0.4)
    if panel.names and count <= NAMED:
        slant = max(map(len, panel.names)) * count > NAMED
        turned = {"rotation": 30, "ha": "right"} if slant else {}
        place.set_xticks(places, [clipped(name, 18) for name in panel.names], parse_math=False, **turned)
    else:
        place.set_xticks([])
    _key(place)


def _make_room(place: Axes) -> None:
    """Leave room above bars for the words that say which is which, without numbers at the axis."""
    top = place.get_ylim()[1]
    place.set_ylim(0, ROOM * top)
    place.set_yticks([tick for tick in place.get_yticks() if tick <= top])


def _name(place: Axes, title: str, width: float) -> None:
    """Write a title over axes in a panel that is so many inches wide."""
    place.set_title(_wrapped(title, width), size=LETTERS, color=INK, loc="left", parse_math=False)


def _wrapped(text: str, width: float) -> str:
    return "\n".join(textwrap.wrap(text, round(INCH * width)))


def _limit(place: Axes, limit: float, *, upright: bool = False) -> None:
    """Draw a dashed line at a limit, and its number beside it."""
    line, at = (place.axvline, (limit, 0.98)) if upright else (place.axhline, (1.02, limit))
    line(limit, color=INK, linewidth=1.1, linestyle="--")
    system = place.get_xaxis_transform() if upright else place.get_yaxis_transform()
    words = Words(f"limit {brief(limit)}", SMALL)
    settings = {**words.settings(), "va": "top" if upright else "center"}
    ground = {"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 1}
    place.text(*at, words.text, transform=system, bbox=ground, **settings)


def _key(place: Axes) -> None:
    """Say which is which, where there are several."""
    if len(place.get_legend_handles_labels()[1]) < 2:
        return
    legend = place.legend(frameon=True, fontsize=SMALL)
    legend.get_frame().set(facecolor="white", edgecolor="none", alpha=0.8)
