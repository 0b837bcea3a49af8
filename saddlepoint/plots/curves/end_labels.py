"""Names and last values at the ends of curves, where a reader looks for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from saddlepoint.core.words import brief, clipped, short_count
from saddlepoint.plots.canvas import Words
from saddlepoint.plots.curves.series import Curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLAYERS = {"d": "critic", "g": "generator", "m": "model"}
BROKEN = "#B91C1C"
LINE = 12.0  # points from one label to the next


class Label(NamedTuple):
    """What is written at the end of a line: where on the panel's height (0 to 1), text, colour."""

    height: float
    text: str
    colour: str


def end_labels(place: Axes, name: str, line: Curve, colour: str, *, alone: bool) -> list[Label]:
    """Name a line at its end with its last average, and values that are not finite at the bottom."""
    labels = []
    finite = line.smooth[np.isfinite(line.smooth)]
    if len(finite):
        who = spoken(name) if "/" in name or not alone else ""
        pixels = place.transData.transform((0, finite[-1]))
        height = float(place.transAxes.inverted().transform(pixels)[1])
        last, (start, end) = line.x[np.isfinite(line.smooth)][-1], place.get_xlim()
        # A curve that ends before the others shows an older value.
        when = f" at {short_count(float(f'{last:.3g}'))}" if last < end - 0.05 * (end - start) else ""
        labels.append(Label(height, f"{clipped(who, 11)} {brief(finite[-1])}{when}".strip(), colour))
    if len(line.broken):
        labels.append(Label(0.02, "× not finite", BROKEN))
    return labels


def spoken(name: str) -> str:
    """Return the player whose term ``name`` is, in words, or a figure's own name."""
    player, slash, _ = name.partition("/")
    return PLAYERS.get(player, player) if slash else name


def write_labels(place: Axes, labels: Sequence[Label]) -> None:
    """Write labels to the right of a panel."""
    for label in sorted(set(labels)):
        words = Words(label.text, 9, label.colour, bold=True)
        place.text(1.015, label.height, words.text, transform=place.transAxes, **words.settings())


def move_labels_apart(place: Axes, dpi: float) -> None:
    """Move a panel's labels to where none is over another, once the panel has its height."""
    inches = place.bbox.height / dpi
    heights = spread([text.get_position()[1] for text in place.texts], LINE / 72 / inches)
    for text, height in zip(place.texts, heights, strict=True):
        text.set_y(height)


def spread(heights: Sequence[float], gap: float) -> list[float]:
    """Move ascending ``heights`` apart until they are ``gap`` from each other, within [0, 1] if they fit."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(min(max(height, 0.0), 1.0), placed[-1] + gap if placed else 0.0))
    ceiling = 1.0
    for i in reversed(range(len(placed))):
        placed[i] = min(placed[i], ceiling)
        ceiling = placed[i] - gap
    return placed
