"""Results of claims about long training as curves: how a figure changes, a line for every seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PIL import Image

from saddlepoint.core.words import short_count
from saddlepoint.plots.canvas import FAINT, LIGHT, Part, Words, bare, head_height, new_figure, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT, DPI = 10.0, 2.6, 150  # inches of a panel without its heading


def curves_image(results: Sequence[tuple[Mapping[str, Any], str]]) -> Image.Image:
    """Draw a figure over steps for every arm and seed of some results, as ``saddle reproduce`` stores them.

    Args:
        results: each with the name of the figure that is drawn, which every row of a trial's ``over_time`` has
            beside ``step``. A figure of that name with ``_in_data`` behind it is a dashed line.
    """
    return picture(curves_figure(results))


def curves_figure(results: Sequence[tuple[Mapping[str, Any], str]]) -> Figure:
    """Return ``curves_image`` before it is drawn."""
    heights = [head_height(*_heading(result, name)) + HEIGHT for result, name in results]
    figure = new_figure(WIDTH, sum(heights), dpi=DPI)
    for (result, name), part in zip(results, Part(figure).rows(*heights), strict=True):
        colours = dict(zip(result["arms"], LIGHT.lines * len(result["arms"]), strict=False))
        title, body = part.rows(part.height - HEIGHT, HEIGHT)
        title.write_head(*_heading(result, name))
        (place,) = body.axes()
        seen_in_data = _draw(place, result["trials"], name, colours)
        words = [Words(arm, 8, colour, bold=True) for arm, colour in colours.items()]
        title.write_key(*words, *([Words("- - the data", 8, FAINT)] if seen_in_data else []))
        body.lay_out()
    return figure


def _heading(result: Mapping[str, Any], name: str) -> tuple[Words, Words]:
    """Return the claim's name, and what is drawn."""
    about = f"{name.replace('_', ' ')} over steps, a line for each seed · {result['protocol']}"
    return Words(result["claim"], 10, bold=True), Words(about, 8, FAINT)


def _draw(place: Axes, trials: Sequence[Mapping[str, Any]], name: str, colours: Mapping[str, str]) -> bool:
    """Draw all curves; return whether the data's own figure is there, too."""
    bare(place, size=7.5)
    in_data = None
    for trial in trials:
        rows = [row for row in trial["figures"].get("over_time", ()) if name in row]
        steps, values = [row["step"] for row in rows], [row[name] for row in rows]
        place.plot(steps, values, color=colours[trial["arm"]], linewidth=1.3, alpha=0.7)
        in_data = next((row[f"{name}_in_data"] for row in rows if f"{name}_in_data" in row), in_data)
    if in_data is not None:
        place.axhline(in_data, color=FAINT, linewidth=1.2, linestyle="--")
    place.set_xlim(left=0)
    place.set_ylim(bottom=0)
    place.xaxis.set_major_formatter(lambda x, _: short_count(x))
    return in_data is not None
