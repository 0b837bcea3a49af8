"""Results of claims as small panels: every arm, every seed, and whether the claim holds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PIL import Image

from saddlepoint.core.words import short_count
from saddlepoint.plots.canvas import (
    CRITIC,
    FAINT,
    GENERATOR,
    INK,
    Part,
    Words,
    bare,
    head_height,
    new_figure,
    picture,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS, WIDTH, DPI = 2, 10.0, 150
ROW, FOOT = 0.27, 0.45  # inches of an arm, and of the numbers below all arms
VERDICTS = {True: ("holds", CRITIC), False: ("does not hold", GENERATOR), None: ("not decided", FAINT)}
WIDE, VAST = 30, 1e12  # times the smallest value, between which the axis is logarithmic


def claims_image(results: Sequence[Mapping[str, Any]]) -> Image.Image:
    """Draw the headline figure of every arm and seed of some results, as ``saddle reproduce`` stores them.

    Points are seeds, bars their means; panels whose values differ by more than 30 times have a logarithmic
    axis, but for those that hold values which are nothing beside the largest.
    """
    return picture(claims_figure(results))


def claims_figure(results: Sequence[Mapping[str, Any]]) -> Figure:
    """Return ``claims_image`` before it is drawn."""
    rows = [results[i : i + COLUMNS] for i in range(0, len(results), COLUMNS)]
    head = head_height(*_heading(results[0]))
    widest = max((arm for result in results for arm in _arms(result)), key=len)
    most = [max(len(_arms(result)) for result in row) for row in rows]
    heights = [head + ROW * arms + FOOT for arms in most]
    figure = new_figure(WIDTH, sum(heights), dpi=DPI)
    for row, part in zip(rows, Part(figure).rows(*heights), strict=True):
        for result, panel in zip(row, part.columns(COLUMNS), strict=False):
            # Fewer arms than the neighbour has leave room at the bottom, not wider rows.
            title, body = panel.rows(head, ROW * len(_arms(result)) + FOOT)
            title.write_head(*_heading(result))
            _draw_panel(body.axes()[0], _arms(result), widest)
            body.lay_out()
    return figure


def _heading(result: Mapping[str, Any]) -> tuple[Words, Words]:
    """Return the claim's name, and its verdict with what it rests on."""
    verdict, colour = VERDICTS[result["verdict"]["holds"]]
    count = len({trial["seed"] for trial in result["trials"]})
    seeds = "one seed" if count == 1 else f"{count} seeds"
    rest = f"{result['protocol']}, {seeds} · {result['headline'].replace('_', ' ')}"
    return Words(result["claim"], 10, bold=True), Words(f"{verdict} · {rest}", 8, colour)


def _arms(result: Mapping[str, Any]) -> dict[str, list[float]]:
    """Return the headline over seeds for each arm that has one; none for an arm that diverged."""
    arms: dict[str, list[float]] = {}
    for trial in result["trials"]:
        value = trial["figures"].get(result["headline"])
        if isinstance(value, int | float):
            arms.setdefault(trial["arm"], []).append(float(value))
        elif "failed" in trial or trial["figures"].get("diverged"):
            arms.setdefault(trial["arm"], [])
    return arms


def _draw_panel(place: Axes, arms: Mapping[str, Sequence[float]], widest: str) -> None:
    bare(place, size=7.5)
    means = {arm: math.fsum(values) / len(values) for arm, values in arms.items() if values}
    everything = [value for values in arms.values() for value in values]
    least, most = min(everything, default=0.0), max(everything, default=0.0)
    if least > 0 and WIDE * least < most < VAST * least:
        place.set_xscale("log")
        place.set_xlim(least / 2, most * 2)
    else:
        place.set_xlim(min(0.0, least), 1.12 * max(1e-9, most))
        place.xaxis.set_major_formatter(lambda x, _: short_count(x))
    for y, (arm, values) in enumerate(arms.items()):
        if not values:
            place.annotate("diverged", (0.01, y), xycoords=("axes fraction", "data"), va="center", size=8)
            continue
        place.plot([means[arm]] * 2, [y - 0.3, y + 0.3], color=INK, linewidth=1.8)
        place.plot(
            values, [y] * len(values), "o", color=GENERATOR, markersize=4.5, alpha=0.7, markeredgewidth=0
        )
        place.annotate(
            f"{means[arm]:,.0f}" if means[arm] >= 1000 else f"{means[arm]:.3g}",
            (1.02, y),
            xycoords=("axes fraction", "data"),
            va="center",
            size=8,
            color=INK,
            annotation_clip=False,
        )
    place.set_ylim(len(arms) - 0.5, -0.5)
    place.set_yticks(range(len(arms)), list(arms), color=INK)
    # The widest name of all, unseen, leaves the same room for names in every panel.
    at = {"xycoords": ("axes fraction", "data"), "xytext": (-5, 0), "textcoords": "offset points"}
    place.annotate(widest, (0, 0), ha="right", va="center", size=7.5, alpha=0, **at)
