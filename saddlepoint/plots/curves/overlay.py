"""The curves of several runs on shared axes, over images shown or over training time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from PIL import Image

from saddlepoint.plots.canvas import new_figure
from saddlepoint.plots.curves.labels import brief, short
from saddlepoint.plots.curves.series import Series, curve, read

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, PANEL, DPI = 5.0, 1.7, 200  # inches
LEFT, RIGHT, TOP, BOTTOM, SPACE = 0.85, 0.12, 0.12, 0.5, 0.62
MOST = 6  # panels, one above the other
FEW = 40  # values up to which each one is marked
Over = Literal["images", "time"]
VERDICTS = ("D(x)", "D(G(z))")


class Theme(NamedTuple):
    """Colours of a picture.

    Attributes:
        paper: behind everything.
        ink: of names.
        faint: of numbers.
        rule: of the grid.
        lines: of curves; from the seventh on they are taken again, dashed.
    """

    paper: str
    ink: str
    faint: str
    rule: str
    lines: tuple[str, ...]


# Okabe and Ito's palette, which colour-blind readers can tell apart; on dark paper its light relatives.
LIGHT = Theme(
    "#ffffff",
    "#1f2430",
    "#5b6270",
    "#e5e7eb",
    ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#B88700", "#56B4E9"),
)
DARK = Theme(
    "#1b1e26",
    "#e8eaee",
    "#a3a9b5",
    "#343945",
    ("#5CB8F0", "#FF8B45", "#35C99D", "#E79CC8", "#EFC04A", "#9AA5FF"),
)


class Line(NamedTuple):
    """One run's curves.

    Attributes:
        rows: the objects of ``metrics.jsonl``.
        colour: index of its colour; runs of one configuration share it.
    """

    rows: Sequence[Mapping[str, Any]]
    colour: int


def overlay_image(
    lines: Sequence[Line], *, over: Over = "images", first: Sequence[str] = (), theme: Theme = LIGHT
) -> Image.Image:
    """Draw every figure that the runs have in a panel of its own, one under the other.

    Args:
        lines: the runs.
        over: what the horizontal axis counts: images shown to the critic, or time spent training.
        first: names of figures that come before the critic's outputs and the losses, such as scores.
        theme: colours.

    Returns:
        RGB, 1000 pixels wide. Panels of one figure have the same vertical axis over images and over time.

    Raises:
        ValueError: no run has any figure.
    """
    unit, seconds = ("images shown", 0.0) if over == "images" else _unit(lines)
    rows = [_by_time(line.rows, seconds) if seconds else line.rows for line in lines]
    series = [read(one) if one else {} for one in rows]
    names = _chosen(series, first)
    if not names:
        raise ValueError("no run has a curve to draw")
    height = TOP + len(names) * PANEL + (len(names) - 1) * SPACE + BOTTOM
    figure = new_figure(WIDTH, height, dpi=DPI)
    figure.set_facecolor(theme.paper)
    right = 1.02 * max(float(one.x.max()) for known in series for one in known.values()) or 1
    for row, name in enumerate(names):
        bottom = height - TOP - (row + 1) * PANEL - row * SPACE
        width = WIDTH - LEFT - RIGHT
        place = figure.add_axes((LEFT / WIDTH, bottom / height, width / WIDTH, PANEL / height))
        _style(place, theme)
        for line, one in zip(lines, series, strict=True):
            if name in one:
                _draw(place, one[name], line.colour, theme)
        place.set_xlim(0, right)
        place.set_xlabel(unit, color=theme.ink, size=9)
        place.set_ylabel(name, color=theme.ink, size=9, parse_math=False)
        place.yaxis.set_label_coords(-(LEFT - 0.14) / width, 0.5)
        _scale([one[name] for one in series if name in one], place, name)
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())  # type: ignore[attr-defined]
    return Image.fromarray(pixels[..., :3].copy())


def _unit(lines: Sequence[Line]) -> tuple[str, float]:
    """Return the unit of time in which the longest run is some tens, and its seconds."""
    longest = max((line.rows[-1].get("seconds", 0.0) for line in lines if line.rows), default=0.0)
    return ("seconds", 1.0) if longest < 180 else ("minutes", 60.0) if longest < 10_800 else ("hours", 3600.0)


def _by_time(rows: Sequence[Mapping[str, Any]], seconds: float) -> list[dict[str, Any]]:
    """Return the rows with units of ``seconds`` of training where a series looks for images shown."""
    return [{**row, "images": row.get("seconds", 0.0) / seconds} for row in rows]


def _chosen(series: Sequence[Mapping[str, Series]], first: Sequence[str]) -> list[str]:
    """Return the figures to draw: ``first``, the critic's outputs, the players' main losses."""
    known = dict.fromkeys(name for one in series for name in one)
    losses = [name for name in known if name.endswith("/adversarial")]
    wanted = [*(name for name in first if name in known), *(v for v in VERDICTS if v in known), *losses]
    return (wanted or list(known))[:MOST]


def _draw(place: Axes, series: Series, index: int, theme: Theme) -> None:
    line = curve(series)
    colour = theme.lines[index % len(theme.lines)]
    few = len(line.x) <= FEW
    style = "-" if index < len(theme.lines) else "--"
    marker = "o" if few else ""
    place.plot(
        line.x, line.smooth, style, color=colour, linewidth=1.6, alpha=0.9, marker=marker, markersize=2.5
    )


def _style(place: Axes, theme: Theme) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    place.set_facecolor(theme.paper)
    place.set_axisbelow(True)
    place.grid(True, color=theme.rule, linewidth=0.8)
    place.tick_params(which="both", colors=theme.faint, labelsize=8.5, length=0, pad=5)
    for spine in place.spines.values():
        spine.set_visible(False)
    place.xaxis.set_major_locator(MaxNLocator(6))
    place.xaxis.set_major_formatter(FuncFormatter(lambda x, _: short(round(x, 6))))


def _scale(series: Sequence[Series], place: Axes, name: str) -> None:
    """Choose the vertical axis: logarithmic for scores that span more than a power of ten, whole for counts."""
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

    values = np.concatenate([one.y for one in series])
    values = values[np.isfinite(values)]
    if not len(values):
        return
    low, high = float(values.min()), float(values.max())
    verdict, loss = name in VERDICTS, "/" in name
    whole = bool((values == np.round(values)).all())
    if verdict and low >= 0 and high <= 1:
        place.set_ylim(-0.02, 1.02)
    elif low > 0 and high > 10 * low and not (verdict or loss or whole):
        place.set_yscale("log")
        place.set_ylim(low / 1.2, high * 1.2)
        place.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 1000 * low else (1,)))
        place.yaxis.set_major_formatter(FuncFormatter(lambda y, _: brief(y)))
        place.yaxis.set_minor_formatter(NullFormatter())
    else:
        margin = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
        place.set_ylim(low - margin, high + margin)
        place.yaxis.set_major_locator(MaxNLocator(5, integer=whole, min_n_ticks=1 if whole else 2))
