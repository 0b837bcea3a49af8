"""Results of claims as small panels: every arm, every seed, and whether the claim holds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PIL import Image

from saddlepoint.plots.canvas import CRITIC, FAINT, GENERATOR, INK, bare, new_figure, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS, WIDTH, DPI = 2, 10.0, 150
HEAD, FOOT, ROW, GAP, NAMES, EDGE = 0.52, 0.3, 0.27, 0.18, 1.55, 0.75  # inches
WORDS = {True: "holds", False: "does not hold", None: "not decided"}
WIDE = 30  # times the smallest value, from which on the axis is logarithmic


def claims_image(results: Sequence[Mapping[str, Any]]) -> Image.Image:
    """Draw the headline figure of every arm and seed of some results, as ``saddle reproduce`` stores them.

    Points are seeds, bars their means; panels whose arms differ by more than 30 times have a logarithmic axis.
    """
    rows = [results[i : i + COLUMNS] for i in range(0, len(results), COLUMNS)]
    heights = [HEAD + FOOT + ROW * max(len(_arms(one)) for one in row) for row in rows]
    height = sum(heights) + GAP * len(rows) + 0.15
    figure = new_figure(WIDTH, height, dpi=DPI)
    top, width = height - 0.1, WIDTH / COLUMNS
    for row, tall in zip(rows, heights, strict=True):
        for column, one in enumerate(row):
            left, arms = column * width, _arms(one)
            figure.text(
                (left + 0.15) / WIDTH, (top - 0.2) / height, one["claim"], color=INK, size=10, weight="bold"
            )
            holds = one["verdict"]["holds"]
            colour = {True: CRITIC, False: GENERATOR, None: FAINT}[holds]
            count = len({trial["seed"] for trial in one["trials"]})
            seeds = "one seed" if count == 1 else f"{count} seeds"
            said = f"{WORDS[holds]} · {one['protocol']}, {seeds} · {one['headline'].replace('_', ' ')}"
            figure.text((left + 0.15) / WIDTH, (top - 0.38) / height, said, color=colour, size=8)
            tall_axes = ROW * len(arms)
            bottom = top - HEAD - tall_axes
            place = (left + NAMES, bottom, width - NAMES - EDGE, tall_axes)
            _panel(
                figure.add_axes((place[0] / WIDTH, place[1] / height, place[2] / WIDTH, place[3] / height)),
                arms,
            )
        top -= tall + GAP
    return picture(figure)


def _arms(result: Mapping[str, Any]) -> dict[str, list[float]]:
    """Return the headline figure's values over seeds for each arm."""
    found: dict[str, list[float]] = {}
    for trial in result["trials"]:
        value = trial["figures"].get(result["headline"])
        values = found.setdefault(trial["arm"], [])
        if isinstance(value, int | float):
            values.append(float(value))
    return found


def _panel(place: Axes, arms: Mapping[str, Sequence[float]]) -> None:
    bare(place, size=7.5)
    means = {arm: math.fsum(values) / len(values) for arm, values in arms.items() if values}
    everything = [value for values in arms.values() for value in values]
    if everything and min(everything) > 0 and max(everything) > WIDE * min(everything):
        place.set_xscale("log")
        place.set_xlim(min(everything) / 2, max(everything) * 2)
    else:
        place.set_xlim(min([0.0, *everything]), 1.12 * max([1e-9, *everything]))
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
    place.set_yticks(range(len(arms)))
    place.set_yticklabels(list(arms), color=INK)
