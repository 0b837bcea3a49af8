"""The curves of several runs on shared axes, over images shown or over training time."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter
from PIL import Image

from saddlepoint.core.words import brief, short_count
from saddlepoint.plots.canvas import LIGHT, Part, Theme, bare, new_figure, picture
from saddlepoint.plots.curves.scale import set_scale
from saddlepoint.plots.curves.series import Curve, Series, curve, read

WIDTH, PANEL, DPI = 5.0, 2.3, 200  # inches; a panel's with the numbers and the name below it
MOST = 6  # panels, one above the other
FEW = 40  # values up to which each one is marked
STYLES = ("-", "--", ":", "-.")  # a round of colours each
Over = Literal["images", "time"]
VERDICTS = ("D(x)", "D(G(z))")


class Line(NamedTuple):
    """One run's curves.

    Attributes:
        rows: the objects of ``metrics.jsonl``.
        colour: index of its colour; runs of one configuration share it.
    """

    rows: Sequence[Mapping[str, Any]]
    colour: int


def overlay_image(
    lines: Sequence[Line],
    *,
    over: Over = "images",
    first: Sequence[str] = (),
    theme: Theme = LIGHT,
    examples: str = "images",
) -> Image.Image:
    """Draw every figure that the runs have in a panel of its own, one under the other.

    Args:
        lines: the runs.
        over: what the horizontal axis counts: images shown to the critic, or time spent training.
        first: names of figures that come before the critic's outputs and the losses, such as scores.
        theme: colours; more runs than it has lines take them again, dashed.
        examples: what people call what is shown to the critic.

    Returns:
        RGB, 1000 pixels wide. Panels of one figure have the same vertical axis over images and over time.

    Raises:
        ValueError: no run has any figure.
    """
    return picture(overlay_figure(lines, over=over, first=first, theme=theme, examples=examples))


def overlay_figure(
    lines: Sequence[Line],
    *,
    over: Over = "images",
    first: Sequence[str] = (),
    theme: Theme = LIGHT,
    examples: str = "images",
) -> Figure:
    """Return ``overlay_image`` before it is drawn; arguments and errors as there."""
    unit, seconds = (f"{examples} shown", 0.0) if over == "images" else _unit(lines)
    rows = [_by_time(line.rows, seconds) if seconds else line.rows for line in lines]
    runs = [read(one) if one else {} for one in rows]
    names = _chosen(runs, first)
    if not names:
        raise ValueError("no run has a curve to draw")
    figure = new_figure(WIDTH, len(names) * PANEL, dpi=DPI, theme=theme)
    right = 1.02 * max(float(series.x.max()) for run in runs for series in run.values()) or 1
    whole = Part(figure)
    for place, name in zip(whole.axes(len(names)), names, strict=True):
        bare(place, size=8.5, theme=theme)
        curves = [(curve(run[name]), line.colour) for line, run in zip(lines, runs, strict=True) if name in run]
        for drawn, index in curves:
            _draw(place, drawn, index, theme)
        place.set_xlim(0, right)
        place.xaxis.set_major_locator(MaxNLocator(6))
        place.xaxis.set_major_formatter(FuncFormatter(lambda x, _: short_count(round(x, 6))))
        place.set_xlabel(unit, color=theme.ink, size=9)
        place.set_ylabel(name, color=theme.ink, size=9, parse_math=False)
        _set_scale(place, name, [drawn for drawn, _ in curves])
    figure.align_ylabels()
    whole.lay_out()
    return figure


def _unit(lines: Sequence[Line]) -> tuple[str, float]:
    """Return the unit of time in which the longest run is some tens, and its seconds."""
    longest = max((line.rows[-1].get("seconds", 0.0) for line in lines if line.rows), default=0.0)
    return ("seconds", 1.0) if longest < 180 else ("minutes", 60.0) if longest < 10_800 else ("hours", 3600.0)


def _by_time(rows: Sequence[Mapping[str, Any]], seconds: float) -> list[dict[str, Any]]:
    """Return the rows with units of ``seconds`` of training where a series looks for images shown."""
    return [{**row, "images": row.get("seconds", 0.0) / seconds} for row in rows]


def _chosen(runs: Sequence[Mapping[str, Series]], first: Sequence[str]) -> list[str]:
    """Return the figures to draw: ``first``, the critic's outputs, the players' main losses."""
    known = dict.fromkeys(name for run in runs for name in run)
    losses = [name for name in known if name.endswith("/adversarial")]
    wanted = [*(name for name in first if name in known), *(v for v in VERDICTS if v in known), *losses]
    return (wanted or list(known))[:MOST]


def _draw(place: Axes, line: Curve, index: int, theme: Theme) -> None:
    colour = theme.lines[index % len(theme.lines)]
    style = STYLES[index // len(theme.lines) % len(STYLES)]
    marker = "o" if len(line.x) <= FEW else ""
    place.plot(
        line.x, line.smooth, style, color=colour, linewidth=1.6, alpha=0.9, marker=marker, markersize=2.5
    )


def _set_scale(place: Axes, name: str, curves: Sequence[Curve]) -> None:
    """Choose the vertical axis: as for one run, but logarithmic for scores that span a power of ten."""
    values = np.concatenate([ends for line in curves for ends in (line.low, line.high)])
    values = values[np.isfinite(values)]
    score = name not in VERDICTS and "/" not in name and not (values == np.round(values)).all()
    if not (score and len(values) and values.min() > 0 and values.max() > 10 * values.min()):
        set_scale(place, curves, share=name in VERDICTS)
        return
    low, high = float(values.min()), float(values.max())
    place.set_yscale("log")
    place.set_ylim(low / 1.2, high * 1.2)
    place.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 1000 * low else (1,)))
    place.yaxis.set_major_formatter(FuncFormatter(lambda y, _: brief(y)))
    place.yaxis.set_minor_formatter(NullFormatter())
