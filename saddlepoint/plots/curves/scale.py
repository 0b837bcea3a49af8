"""The vertical axis that suits what a panel shows."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullFormatter

from saddlepoint.plots.curves.series import Curve

NICE = [1, 2, 2.5, 5, 10]  # distances of numbers on an axis


def set_scale(
    place: Axes, curves: Sequence[Curve], marks: Sequence[float] = (), *, share: bool = False, ticks: int = 5
) -> None:
    """Choose the vertical axis of a panel.

    It is logarithmic where values span more than three powers of ten, linear around 0 where some of those are
    not positive. Averages are always inside, and all but one in a hundred of many measured values.

    Args:
        place: the panel.
        curves: what it shows.
        marks: values that must be inside.
        share: whether values from 0 to 1 are shares, of which the whole range is shown.
        ticks: numbers on the axis, about.
    """
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
    place.yaxis.set_major_locator(MaxNLocator(ticks, steps=NICE, integer=whole, min_n_ticks=1 if whole else 2))
    if share and every.min() >= 0 and every.max() <= 1:
        place.set_ylim(-0.02, 1.02)
        return
    low, high = _robust(curves, marks)
    margin = 0.08 * (high - low) or 0.1 * abs(high) or 1
    place.set_ylim(low - margin, high + margin)


def _far_apart(curves: Sequence[Curve]) -> bool:
    middles = [m for m in map(_middle, curves) if m > 0]
    return len(middles) > 1 and max(middles) > 100 * min(middles)


def _middle(line: Curve) -> float:
    finite = np.abs(line.smooth[np.isfinite(line.smooth)])
    return float(np.median(finite)) if len(finite) else 0.0


def _small(curves: Sequence[Curve]) -> float:
    return min((m for m in map(_middle, curves) if m > 0), default=1.0)


def _decades(low: float, high: float, linear: float) -> list[float]:
    """Return zero and powers of ten between ``low`` and ``high``, about seven, none of them crowded."""
    below, above = (max(0, int(np.log10(max(end, linear) / linear))) for end in (-low, high))
    stride = max(1, -(-(below + above) // 6))
    negative = [-linear * 10.0**k for k in range(below, -1, -stride) if -linear * 10.0**k >= low]
    positive = [linear * 10.0**k for k in range(above, -1, -stride) if linear * 10.0**k <= high]
    return [*negative, 0.0, *reversed(positive)]


def _robust(curves: Sequence[Curve], marks: Sequence[float]) -> tuple[float, float]:
    """Return limits that hold all averages, and all but one in a hundred of many measured values."""
    low, high = list(marks), list(marks)
    for line in curves:
        finite = np.isfinite(line.smooth)
        if finite.any():
            cut = 1 if finite.sum() > 200 else 0
            low += [np.percentile(line.low[finite], cut), line.smooth[finite].min()]
            high += [np.percentile(line.high[finite], 100 - cut), line.smooth[finite].max()]
    return float(min(low)), float(max(high))
