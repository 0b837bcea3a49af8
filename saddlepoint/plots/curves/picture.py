"""A run's losses and statistics over time in one picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from PIL import Image

from saddlepoint.core.words import brief, clipped, short_count
from saddlepoint.plots.canvas import (
    FAINT,
    INK,
    Part,
    Words,
    bare,
    head_height,
    new_figure,
    picture,
)
from saddlepoint.plots.curves.end_labels import BROKEN, end_labels, move_labels_apart, spoken, write_labels
from saddlepoint.plots.curves.measured_once import once_height, write_once
from saddlepoint.plots.curves.panels import LOW, Panel, colours, panels
from saddlepoint.plots.curves.scale import NICE, set_scale
from saddlepoint.plots.curves.series import AVERAGED, Band, Curve, clock, curve, read, smoothed
from saddlepoint.plots.png import save_png

WIDTH, DPI = 9.0, 200  # inches; twice the 900 pixels at which a page shows it
AXES, BETWEEN = 1.15, 0.22  # inches for the numbers above and below all panels, and between two
DASH = 9  # points from the beginning of a dash to that of the next
MOST_PANELS = 12
LINE = 120  # letters of a line above


def save_curves(
    path: str | Path,
    rows: Sequence[Mapping[str, Any]],
    *,
    title: str,
    references: Mapping[str, float] | None = None,
    examples: str = "images",
    bands: Mapping[str, Band] | None = None,
    usual: str = "",
    text: Mapping[str, str] | None = None,
) -> None:
    """Write ``curves_image`` as PNG with ``text`` in its text chunks; arguments and errors as there."""
    settings: dict[str, Any] = {"title": title, "references": references, "examples": examples}
    save_png(path, curves_image(rows, bands=bands, usual=usual, **settings), text=text)


def curves_image(
    rows: Sequence[Mapping[str, Any]],
    *,
    title: str,
    references: Mapping[str, float] | None = None,
    examples: str = "images",
    bands: Mapping[str, Band] | None = None,
    usual: str = "",
) -> Image.Image:
    """Draw a run's metrics over the images shown to the critic, the step on a second axis.

    The first panel holds the players' main losses, the second D(x) and D(G(z)); every other term, and
    every other figure, has a panel of its own. Faint is what was measured, bold its moving average; red
    crosses mark values that were not finite. An axis turns logarithmic where its values span more than
    three powers of ten. What was measured once only is written as a number, and panels of few values are lower.

    Args:
        rows: the objects of ``metrics.jsonl``; names may be missing from some rows.
        title: one line above.
        references: for a name in the metrics its value at the equilibrium, drawn as a dashed line.
        examples: what people call what is shown to the critic.
        bands: for a name in the metrics where other runs had it, drawn behind.
        usual: what these runs are.

    Returns:
        RGB, 1800 pixels wide.

    Raises:
        ValueError: no rows, a row with neither images nor step, or no numbers in any row.
    """
    settings: dict[str, Any] = {"title": title, "references": references, "examples": examples}
    return picture(curves_figure(rows, bands=bands, usual=usual, **settings))


def curves_figure(
    rows: Sequence[Mapping[str, Any]],
    *,
    title: str,
    references: Mapping[str, float] | None = None,
    examples: str = "images",
    bands: Mapping[str, Band] | None = None,
    usual: str = "",
) -> Figure:
    """Return ``curves_image`` before it is drawn; arguments and errors as there."""
    if not rows:
        raise ValueError("there are no metrics to draw: the run has not finished its first tick")
    series = read(rows)
    if not series:
        raise ValueError(f"the metrics hold no figures beside {', '.join(sorted(rows[0]))}")
    every, once = panels(series)
    shown, left_out = every[:MOST_PANELS], len(every[MOST_PANELS:])
    references = {name: value for name, value in (references or {}).items() if np.isfinite(value)}
    drawn = {name: references[name] for panel in shown for name in panel.series if name in references}
    bands = {name: band for name, band in (bands or {}).items() if any(name in one.series for one in shown)}
    unit = f"{examples} shown" if "images" in rows[0] else "step"

    head = [Words(clipped(title, 80), 13, bold=True), *_legend(shown, drawn, usual if bands else "")]
    body = AXES + sum(panel.height + BETWEEN for panel in shown) if shown else 0.0
    foot = once_height(once, left_out)
    heights = [height for height in (head_height(*head), body, foot) if height]
    figure = new_figure(WIDTH, sum(heights), dpi=DPI)
    parts = Part(figure).rows(*heights)
    parts[0].write_head(*head)
    if foot:
        write_once(parts[-1], once, unit, left_out)
    if shown:
        places = parts[1].axes(len(shown), heights=[panel.height for panel in shown], sharex=True)
        images, steps = clock(rows)
        places[0].set_xlim(*_horizontal_limits(images))
        for place, panel in zip(places, shown, strict=True):
            _draw_panel(place, panel, drawn, bands)
        _draw_clock(places, images, steps, unit)
        figure.align_ylabels(places)
        parts[1].lay_out()
        for place in places:
            move_labels_apart(place, DPI)
    return figure


def _legend(shown: Sequence[Panel], references: Mapping[str, float], usual: str) -> list[Words]:
    """Return the lines that say what is faint, bold, dashed and hatched, if anything is."""
    averaged = any(len(series.x) >= AVERAGED for panel in shown for series in panel.series.values())
    key = ["faint: as measured", "bold: moving average"] if averaged else []
    values = ", ".join(f"{spoken(name)} {brief(value)}" for name, value in references.items())
    key += [f"dashed: at the equilibrium ({values})"] if values else []
    key += [f"hatched: {usual}"] if usual else []
    lines: list[str] = []
    for part in key:
        joined = f"{lines[-1]}  ·  {part}" if lines else part
        lines = [*lines[:-1], joined] if len(joined) <= LINE else [*lines, part]
    return [Words(line, 8.5, FAINT) for line in lines]


def _draw_panel(place: Axes, panel: Panel, references: Mapping[str, float], bands: Mapping[str, Band]) -> None:
    bare(place, size=9)
    place.set_ylabel(clipped(panel.name, round(20 * panel.height)), color=INK, size=9.5, parse_math=False)
    curves = {name: curve(series) for name, series in panel.series.items()}
    marks = {name: references[name] for name in curves if name in references}
    behind = {name: _within(bands[name], curves[name].x) for name in curves if name in bands}
    inside = [float(value) for band in behind.values() for value in (*band.low, *band.high)]
    set_scale(
        place,
        list(curves.values()),
        [*marks.values(), *inside],
        share="D(x)" in curves,
        ticks=5 if panel.height > LOW else 3,
    )
    if place.get_yscale() == "log":
        # An average of the numbers themselves would follow the largest alone, and ahead of time.
        curves = {
            name: line._replace(smooth=np.exp(smoothed(np.log(line.mean)))) for name, line in curves.items()
        }
    colour = colours(list(curves))
    for mark in sorted(set(marks.values())):
        _draw_reference(place, mark, [colour[name] for name in marks if marks[name] == mark])
    for name, band in behind.items():
        place.fill_between(
            band.x,
            band.low,
            band.high,
            facecolor="none",
            edgecolor=colour[name],
            hatch="////",
            alpha=0.25,
            lw=0,
        )
    labels = []
    for name, line in curves.items():
        _draw_line(place, line, colour[name])
        labels += end_labels(place, name, line, colour[name], alone=len(curves) == 1)
    write_labels(place, labels)


def _within(band: Band, x: np.ndarray) -> Band:
    """Return the part of a band over a run's length, which may end between two of its points."""
    if not len(x) or x[-1] <= band.x[0]:
        return Band(*(part[:0] for part in band))
    ends = band.x[band.x < x[-1]], np.array([min(x[-1], band.x[-1])])
    places = np.unique(np.concatenate(ends))
    return Band(places, *(np.interp(places, band.x, part) for part in (band.low, band.high)))


def _draw_reference(place: Axes, value: float, owners: list[str]) -> None:
    """Draw a dashed line in the colours of all curves that it belongs to."""
    period = DASH * len(owners)
    for index, colour in enumerate(owners):
        dashes = (-DASH * index, (DASH - 3, period - DASH + 3))
        place.axhline(value, color=colour, linewidth=1.1, linestyle=dashes, alpha=0.8)


def _draw_line(place: Axes, line: Curve, colour: str) -> None:
    x = line.x
    few = np.isfinite(line.smooth).sum() <= 40
    if np.array_equal(line.low, line.high, equal_nan=True):
        place.plot(x, line.low, color=colour, alpha=0.3, linewidth=0.9)
    else:
        place.fill_between(x, line.low, line.high, color=colour, alpha=0.22, linewidth=0.6)
    place.plot(x, line.smooth, color=colour, linewidth=2, solid_capstyle="round", solid_joinstyle="round")
    dots = few | _lonely(line.smooth)
    place.plot(x[dots], line.smooth[dots], "o", color=colour, markersize=4, clip_on=False, in_layout=False)
    if len(line.broken):
        edge, at = np.full(len(line.broken), 0.02), place.get_xaxis_transform()
        place.plot(
            line.broken,
            edge,
            "x",
            color=BROKEN,
            markersize=5,
            alpha=0.8,
            transform=at,
            clip_on=False,
            in_layout=False,
        )


def _lonely(y: np.ndarray) -> np.ndarray:
    """Mark finite values without a finite neighbour: a line through them would be invisible."""
    finite = np.pad(np.isfinite(y), 1)
    return finite[1:-1] & ~finite[:-2] & ~finite[2:]


def _horizontal_limits(images: np.ndarray) -> tuple[float, float]:
    low, high = float(images.min()), float(images.max())
    if low > 0.2 * high and low < high:
        return low, high
    return 0.0, high if low < high else 2 * high or 1.0


def _draw_clock(places: list[Axes], images: np.ndarray, steps: np.ndarray, unit: str) -> None:
    """Write the images shown under the last panel, and the steps over the first one."""
    for place in places:
        place.xaxis.set_major_locator(MaxNLocator(8, steps=NICE))
        place.xaxis.set_major_formatter(FuncFormatter(lambda x, _: short_count(x)))
    places[-1].set_xlabel(unit, color=INK, size=9.5)
    if unit == "step" or not images.max() > 0:
        return
    limits = places[0].get_xlim()
    top = places[0].twiny()
    bare(top, size=9)
    top.grid(False)
    top.set_xlim(*limits)
    order = np.argsort(images, kind="stable")
    # Before the first row, and after the last, a step is as many images as it is up to there.
    end = 2 * images[order[-1]], 2 * steps[order[-1]]
    known = np.array([(0.0, 0.0), *zip(images[order], steps[order], strict=True), end]).T
    first, last = np.interp(limits, *known)
    ticks = [t for t in MaxNLocator(8, steps=NICE, integer=True).tick_values(first, last) if first <= t <= last]
    top.set_xticks(np.interp(ticks, known[1], known[0]), [short_count(t) for t in ticks])
    top.set_xlabel("step", color=INK, size=9.5, labelpad=6)
