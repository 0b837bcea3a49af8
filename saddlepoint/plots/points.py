"""Point data in one picture of a fixed size: samples over real points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from saddlepoint.plots.caption import shortened
from saddlepoint.plots.figure import FAINT, GENERATOR, INK, bare, new_figure, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Limits = tuple[tuple[float, float], tuple[float, float]]

SIDE = 480  # pixels
DPI = 120
MOST = 5_000  # more dots than this hide each other
BINS = 60
REAL = "#9CA3AF"


def points_image(
    samples: np.ndarray,
    real: np.ndarray | None = None,
    *,
    limits: Limits | None = None,
    title: str = "",
) -> Image.Image:
    """Draw samples over real points, in a picture whose size never changes.

    One dimension becomes two histograms, two a scatter plot with equal axes, more a scatter plot along
    the first two principal axes of the real points (of the samples where there are none). The view is
    that of the real points alone, so that pictures of one run can be animated; what falls outside is
    counted in a corner.

    Args:
        samples: (n, d) finite numbers; points that are not finite are left out and counted as outside.
        real: (m, d), or None.
        limits: ((left, right), (bottom, top)) instead; with d = 1 the second pair bounds the density.
        title: one line above.

    Returns:
        RGB, 480 by 480 pixels.

    Raises:
        ValueError: arrays of another shape, different dimensions, or no finite point at all in an array.
    """
    samples, count = _checked("samples", samples)
    if real is not None:
        real, _ = _checked("real points", real)
        if real.shape[1] != samples.shape[1]:
            raise ValueError(f"samples have {samples.shape[1]} dimensions, but real points {real.shape[1]}")
    dimensions = samples.shape[1]
    if dimensions > 2:
        mean, axes = _principal_axes(samples if real is None else real)
        samples = (samples - mean) @ axes
        real = None if real is None else (real - mean) @ axes

    figure = new_figure(SIDE / DPI, SIDE / DPI, dpi=DPI)
    place = figure.add_axes((0.11, 0.09, 0.85, 0.80))
    bare(place, size=6.5)
    flat = samples.shape[1] == 1
    limits = limits or (_density_limits if flat else _limits)(samples if real is None else real)
    (_histograms if flat else _scatter)(place, samples, real, limits)
    place.set_xlim(*limits[0])
    place.set_ylim(*limits[1])

    low, high = np.array(limits).T[:, : samples.shape[1]]
    inside = np.all((samples >= low) & (samples <= high), axis=1).sum()
    _titles(place, title, real is not None, 1 - inside / count)
    if dimensions > 2:
        note = f"first two principal axes of {dimensions}"
        figure.text(0.96, 0.012, note, color=FAINT, size=6.5, ha="right")
    return picture(figure)


def _checked(name: str, points: np.ndarray) -> tuple[np.ndarray, int]:
    """Return the finite points as float64, and how many there were in all."""
    points = np.asarray(points)
    if points.ndim != 2 or 0 in points.shape:
        raise ValueError(f"{name} must have the shape (n, d) with n and d of at least 1, not {points.shape}")
    finite = points[np.isfinite(points).all(axis=1)].astype(np.float64)
    if not len(finite):
        raise ValueError(f"none of the {len(points)} {name} is finite, so there is nothing to draw")
    return finite, len(points)


def _principal_axes(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean = points.mean(axis=0)
    axes = np.linalg.svd(points[: 2 * MOST] - mean, full_matrices=len(points) < 2)[2][:2].T  # (d, 2)
    # The sign of an axis is arbitrary; fixing it keeps pictures alike.
    signs = np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    return mean, axes * signs


def _limits(points: np.ndarray) -> Limits:
    low, high = points.min(axis=0), points.max(axis=0)
    centre, half = (low + high) / 2, 0.62 * max(float((high - low).max()), 1e-6)
    x, y = float(centre[0]), float(centre[1])
    return (x - half, x + half), (y - half, y + half)


def _density_limits(points: np.ndarray) -> Limits:
    low, high = float(points.min()), float(points.max())
    margin = 0.2 * (high - low) or 0.5
    left, right = low - margin, high + margin
    density, _ = np.histogram(points, bins=BINS, range=(left, right), density=True)
    return (left, right), (0.0, 1.6 * float(density.max()))


def _scatter(place: Axes, samples: np.ndarray, real: np.ndarray | None, limits: Limits) -> None:
    place.set_aspect("equal", adjustable="box")
    for points, colour, size, alpha in ((real, REAL, 7, 0.45), (samples, GENERATOR, 7, 0.6)):
        if points is not None:
            x, y = points[:MOST, 0], points[:MOST, 1]
            # Agg cannot draw coordinates far outside of its canvas.
            near = (np.abs(x - limits[0][0]) < 1e6) & (np.abs(y - limits[1][0]) < 1e6)
            place.scatter(x[near], y[near], s=size, c=colour, alpha=alpha, linewidths=0)


def _histograms(place: Axes, samples: np.ndarray, real: np.ndarray | None, limits: Limits) -> None:
    place.set_yticks([])
    edges = np.linspace(*limits[0], BINS + 1)
    for points, colour, alpha in ((real, REAL, 0.45), (samples, GENERATOR, 0.25)):
        if points is None:
            continue
        # Not numpy's density: what lies outside of the view must lower the bars, not vanish.
        height = np.histogram(points, bins=edges)[0] / (len(points) * np.diff(edges))
        place.stairs(height, edges, fill=True, color=colour, alpha=alpha, linewidth=0)
        place.stairs(height, edges, color=colour, linewidth=1.4)


def _titles(place: Axes, title: str, has_real: bool, outside: float) -> None:
    def write(x: float, y: float, text: str, colour: str, **kwargs) -> None:
        place.figure.text(x, y, text, color=colour, parse_math=False, **kwargs)

    title = shortened(title, 34, len)
    write(0.04, 0.94, title, INK, size=9.5, weight="bold", va="center")
    write(0.96, 0.94, "samples", GENERATOR, size=8, weight="bold", ha="right", va="center")
    if has_real:
        write(0.80, 0.94, "real", FAINT, size=8, weight="bold", ha="right", va="center")
    if outside >= 0.0005:
        text = f"{outside:.1%} outside"
        place.text(0.98, 0.97, text, color=GENERATOR, size=7, ha="right", va="top", transform=place.transAxes)
