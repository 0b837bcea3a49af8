"""A run's losses and statistics over time in one picture."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter
from PIL import Image

from saddlepoint.core.words import clipped
from saddlepoint.plots.canvas import FAINT, INK, bare, new_figure, picture
from saddlepoint.plots.curves.labels import BROKEN, brief, end_labels, short, spoken, write_labels
from saddlepoint.plots.curves.numbers import numbers_height, write_numbers
from saddlepoint.plots.curves.panels import LOW, Panel, colours, panels
from saddlepoint.plots.curves.series import AVERAGED, Curve, clock, curve, read, smoothed
from saddlepoint.plots.png import save_png

WIDTH, DPI = 9.0, 200  # inches; twice the 900 pixels at which a page shows it
LEFT, RIGHT, TOP, BOTTOM = 0.85, 1.65, 1.3, 0.6
HEAD = 0.55  # instead of TOP where there is no panel
SPACE = 0.22
DASH = 9  # points from the beginning of a dash to that of the next
MOST_PANELS = 12
NICE = [1, 2, 2.5, 5, 10]  # distances of numbers on an axis


def save_curves(
    path: str | Path,
    rows: Sequence[Mapping[str, Any]],
    *,
    title: str,
    references: Mapping[str, float] | None = None,
    text: Mapping[str, str] | None = None,
) -> None:
    """Write ``curves_image`` as PNG with ``text`` in its text chunks; arguments and errors as there."""
    save_png(path, curves_image(rows, title=title, references=references), text=text)


def curves_image(
    rows: Sequence[Mapping[str, Any]], *, title: str, references: Mapping[str, float] | None = None
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

    Returns:
        RGB, 1800 pixels wide.

    Raises:
        ValueError: no rows, a row with neither images nor step, or no numbers in any row.
    """
    if not rows:
        raise ValueError("there are no metrics to draw: the run has not finished its first tick")
    series = read(rows)
    if not series:
        raise ValueError(f"the metrics hold no figures beside {', '.join(sorted(rows[0]))}")
    found, once = panels(series)
    shown = found[:MOST_PANELS]
    references = {name: value for name, value in (references or {}).items() if np.isfinite(value)}
    inner = sum(panel.height + SPACE for panel in shown) - SPACE + BOTTOM if shown else 0.0
    head = TOP if shown else HEAD
    height = head + inner + numbers_height(once)
    figure = new_figure(WIDTH, height, dpi=DPI)

    images, steps = clock(rows)
    limits = _horizontal_limits(images)
    top = height - head
    places = []
    for panel in shown:
        place = figure.add_axes(
            (
                LEFT / WIDTH,
                (top - panel.height) / height,
                (WIDTH - LEFT - RIGHT) / WIDTH,
                panel.height / height,
            )
        )
        place.set_xlim(*limits)
        _draw_panel(place, panel, references)
        places.append(place)
        top -= panel.height + SPACE
    unit = "images shown" if "images" in rows[0] else "step"
    if places:
        _draw_clock(places, images, steps, unit)
    write_numbers(figure, once, unit, left=0.25)
    drawn = [name for panel in shown for name in panel.series if name in references]
    averaged = any(len(one.x) >= AVERAGED for panel in shown for one in panel.series.values())
    _draw_title(figure, title, {name: references[name] for name in drawn}, averaged=averaged)
    if len(found) > len(shown):
        left_out = f"{len(found) - len(shown)} more figures are in the metrics"
        figure.text(1 - 0.15 / WIDTH, 0.15 / height, left_out, color=FAINT, size=8, ha="right")
    return picture(figure)


def _draw_panel(place: Axes, panel: Panel, references: Mapping[str, float]) -> None:
    bare(place, size=9)
    name = clipped(panel.name, round(20 * panel.height))
    place.set_ylabel(name, color=INK, size=9.5, parse_math=False)
    place.yaxis.set_label_coords(-0.6 / (WIDTH - LEFT - RIGHT), 0.5)

    curves = {name: curve(one) for name, one in panel.series.items()}
    marks = [references[name] for name in curves if name in references]
    _set_scale(place, list(curves.values()), marks, panel)
    if place.get_yscale() == "log":
        # An average of the numbers themselves would follow the largest alone, and ahead of time.
        curves = {
            name: line._replace(smooth=np.exp(smoothed(np.log(line.mean)))) for name, line in curves.items()
        }
    colour = colours(list(curves))
    for mark in sorted(set(marks)):
        _draw_reference(place, mark, [colour[name] for name in curves if references.get(name) == mark])
    labels = []
    for name, line in curves.items():
        _draw_line(place, line, colour[name])
        labels += end_labels(place, name, line, colour[name], alone=len(curves) == 1)
    write_labels(place, labels, panel.height)


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
    place.plot(x[dots], line.smooth[dots], "o", color=colour, markersize=4, clip_on=False)
    if len(line.broken):
        edge = np.full(len(line.broken), 0.02)
        at = place.get_xaxis_transform()
        place.plot(line.broken, edge, "x", color=BROKEN, markersize=5, alpha=0.8, transform=at, clip_on=False)


def _lonely(y: np.ndarray) -> np.ndarray:
    """Mark finite values without a finite neighbour: a line through them would be invisible."""
    finite = np.pad(np.isfinite(y), 1)
    return finite[1:-1] & ~finite[:-2] & ~finite[2:]


def _set_scale(place: Axes, curves: list[Curve], marks: list[float], panel: Panel) -> None:
    every = np.concatenate([values for line in curves for values in (line.low, line.high)])
    every = np.append(every[np.isfinite(every)], marks)
    if not len(every):
        place.set_yticks([])
        return
    size = np.abs(every[every != 0])
    wide = (len(size) > 0 and size.max() > 1000 * np.median(size)) or _far_apart(curves)
    if wide and every.min() > 0:
        place.set_yscale("log")
        low, high = every.min(), every.max()
        margin = (high / low) ** 0.05
        place.set_ylim(low / margin, high * margin)
        place.yaxis.set_minor_formatter(NullFormatter())
        return
    if wide:
        linear = 10 ** np.ceil(np.log10(_small(curves)))
        place.set_yscale("symlog", linthresh=linear)
        low, high = float(every.min()), float(every.max())
        place.set_ylim(low - 0.3 * abs(low), high + 0.3 * abs(high))
        place.set_yticks(_decades(low, high, linear))
        return
    whole = bool((every == np.round(every)).all())  # counts, such as modes
    ticks = 5 if panel.height > LOW else 3
    place.yaxis.set_major_locator(MaxNLocator(ticks, steps=NICE, integer=whole, min_n_ticks=1 if whole else 2))
    probable = every.min() >= 0 and every.max() <= 1 and "D(x)" in panel.series
    if probable:
        place.set_ylim(-0.02, 1.02)
        return
    low, high = _robust(curves, marks)
    margin = 0.08 * (high - low) or 0.1 * abs(high) or 1
    place.set_ylim(low - margin, high + margin)


def _far_apart(curves: list[Curve]) -> bool:
    middles = [m for m in map(_middle, curves) if m > 0]
    return len(middles) > 1 and max(middles) > 100 * min(middles)


def _middle(line: Curve) -> float:
    finite = np.abs(line.smooth[np.isfinite(line.smooth)])
    return float(np.median(finite)) if len(finite) else 0.0


def _small(curves: list[Curve]) -> float:
    return min((m for m in map(_middle, curves) if m > 0), default=1.0)


def _decades(low: float, high: float, linear: float) -> list[float]:
    """Return zero and powers of ten between ``low`` and ``high``, about seven, none of them crowded."""
    below, above = (max(0, int(np.log10(max(end, linear) / linear))) for end in (-low, high))
    stride = max(1, -(-(below + above) // 6))
    negative = [-linear * 10.0**k for k in range(below, -1, -stride) if -linear * 10.0**k >= low]
    positive = [linear * 10.0**k for k in range(above, -1, -stride) if linear * 10.0**k <= high]
    return [*negative, 0.0, *reversed(positive)]


def _robust(curves: list[Curve], marks: list[float]) -> tuple[float, float]:
    """Return limits that hold all averages, and all but one in a hundred of many measured values."""
    low, high = list(marks), list(marks)
    for line in curves:
        finite = np.isfinite(line.smooth)
        if finite.any():
            cut = 1 if finite.sum() > 200 else 0
            low += [np.percentile(line.low[finite], cut), line.smooth[finite].min()]
            high += [np.percentile(line.high[finite], 100 - cut), line.smooth[finite].max()]
    return float(min(low)), float(max(high))


def _horizontal_limits(images: np.ndarray) -> tuple[float, float]:
    low, high = float(images.min()), float(images.max())
    if low > 0.2 * high and low < high:
        return low, high
    return 0.0, high if low < high else 2 * high or 1.0


def _draw_clock(places: list[Axes], images: np.ndarray, steps: np.ndarray, unit: str) -> None:
    """Write the images shown under the last panel, and the steps over the first one."""
    for place in places:
        place.xaxis.set_major_locator(MaxNLocator(8, steps=NICE))
        place.xaxis.set_major_formatter(FuncFormatter(lambda x, _: short(x)))
        place.tick_params(labelbottom=place is places[-1])
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
    top.set_xticks(np.interp(ticks, known[1], known[0]), [short(t) for t in ticks])
    top.set_xlabel("step", color=INK, size=9.5, labelpad=6)


def _draw_title(figure: Figure, title: str, references: Mapping[str, float], *, averaged: bool) -> None:
    left, height = 0.25 / WIDTH, figure.get_figheight()
    title = clipped(title, 80)
    figure.text(left, 1 - 0.36 / height, title, color=INK, size=13, weight="bold", parse_math=False)
    key = ["faint: as measured", "bold: moving average"] if averaged else []
    values = ", ".join(f"{spoken(name)} {brief(value)}" for name, value in references.items())
    key += [f"dashed: at the equilibrium ({values})"] if values else []
    figure.text(left, 1 - 0.6 / height, "  ·  ".join(key), color=FAINT, size=8.5)
