"""The rows of a run's metrics as columns of numbers, smoothed and thinned out for drawing."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

# How far and how fast a run is: the horizontal axis, not a curve.
CLOCK = frozenset({"step", "images", "epoch", "epochs", "seconds", "images_per_second", "samples", "version"})
MOST = 2_000  # points of a curve: more than a picture has pixels to show
AVERAGED = 30  # values from which on an average over a thirtieth of them is wider than the distance of two
LARGEST = 1e30  # plotting software squares what it draws


class Series(NamedTuple):
    """One figure over time.

    Attributes:
        x: (n,) images shown when it was measured, ascending.
        y: (n,) values; NaN where it was not finite.
    """

    x: np.ndarray
    y: np.ndarray


class Curve(NamedTuple):
    """A series as it is drawn.

    Attributes:
        x: (m,) with m of at most 2,000.
        low: (m,) smallest value around each x; NaN where none was finite.
        high: (m,) largest value.
        mean: (m,) average around each x.
        smooth: (m,) moving average of the means, over about a thirtieth of their number.
        broken: (k,) where values were not finite.
    """

    x: np.ndarray
    low: np.ndarray
    high: np.ndarray
    mean: np.ndarray
    smooth: np.ndarray
    broken: np.ndarray


class Band(NamedTuple):
    """Where a figure usually lies.

    Attributes:
        x: (n,) images shown, ascending.
        low: (n,) its least values there.
        high: (n,) its largest.
    """

    x: np.ndarray
    low: np.ndarray
    high: np.ndarray


def clock(rows: Sequence[Mapping[str, Any]]) -> tuple[np.ndarray, np.ndarray]:
    """Return (images, steps) of every row, float64; either stands in for the other where it is missing.

    Raises:
        ValueError: a row has neither.
    """
    images, steps = [], []
    for i, row in enumerate(rows):
        image, step = row.get("images", row.get("step")), row.get("step", row.get("images"))
        if image is None or step is None:
            raise ValueError(f"row {i} of the metrics has neither 'images' nor 'step': {dict(row)}")
        images.append(image)
        steps.append(step)
    return np.array(images, np.float64), np.array(steps, np.float64)


def read(rows: Sequence[Mapping[str, Any]]) -> dict[str, Series]:
    """Return every figure of the rows that holds numbers, by name in order of first appearance.

    A figure may be missing from some rows. None, as JSON writes NaN, counts as a value that is not finite.
    """
    images, _ = clock(rows)
    values: dict[str, list[float]] = {}
    places: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        for name, value in row.items():
            if name not in CLOCK and _is_number(value):
                values.setdefault(name, []).append(np.nan if value is None else float(value))
                places.setdefault(name, []).append(i)
    return {name: _series(images[places[name]], np.array(values[name])) for name in values}


def curve(series: Series) -> Curve:
    """Smooth a series over about a thirtieth of its length, and thin it out to 2,000 points."""
    x, y = series
    broken = x[~np.isfinite(y)]
    starts = np.linspace(0, len(x), min(len(x), MOST) + 1).astype(int)[:-1]
    finite = np.isfinite(y)
    count = np.add.reduceat(finite, starts, dtype=np.int64)
    mean = np.add.reduceat(np.where(finite, y, 0), starts) / np.maximum(count, 1)
    low = np.minimum.reduceat(np.where(finite, y, np.inf), starts)
    high = np.maximum.reduceat(np.where(finite, y, -np.inf), starts)
    low, high, mean = (np.where(count > 0, values, np.nan) for values in (low, high, mean))
    return Curve(x[starts], low, high, mean, smoothed(mean), broken[:: len(broken) // 200 + 1])


def smoothed(y: np.ndarray) -> np.ndarray:
    """Return a Gaussian moving average of ``y`` (n,); NaN stays NaN and weighs nothing elsewhere."""
    if len(y) < AVERAGED:
        return y
    sigma = len(y) / 60
    offsets = np.arange(-int(3 * sigma), int(3 * sigma) + 1)
    kernel = np.exp(-0.5 * (offsets / sigma) ** 2)
    finite = np.isfinite(y)
    weight = np.convolve(finite.astype(float), kernel, mode="same")
    total = np.convolve(np.where(finite, y, 0), kernel, mode="same")
    return np.where(finite, total / np.maximum(weight, kernel.min()), np.nan)


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, int | float | np.number) and not isinstance(value, bool))


def _series(x: np.ndarray, y: np.ndarray) -> Series:
    order = np.argsort(x, kind="stable")
    y = np.where(np.isfinite(y), np.clip(y, -LARGEST, LARGEST), np.nan)
    return Series(x[order], y[order])
