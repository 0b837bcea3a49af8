"""Point data in one picture of a fixed size: samples over real points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from saddlepoint.core.words import clipped
from saddlepoint.plots.canvas import (
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

Limits = tuple[tuple[float, float], tuple[float, float]]

SIDE = 480  # pixels
KEY = 0.16  # inches of the line that tells samples from real points
DPI = 120
MOST = 5_000  # more dots than this hide each other
FAR = 100  # views away: nobody sees it, and Agg draws coordinates up to some millions
BINS = 60
CELLS = 80  # of the grid, a side, on which density is taken
SMALLEST = 7.0  # points, of a circle around a mode
REAL = "#9CA3AF"
SHADES = ("#F4A56B", GENERATOR, "#7A2600")  # from single samples to the densest


def points_image(
    samples: np.ndarray,
    real: np.ndarray | None = None,
    *,
    modes: np.ndarray | None = None,
    reach: float = 0.0,
    paths: np.ndarray | None = None,
    title: str = "",
) -> Image.Image:
    """Draw samples over real points, in a picture whose size never changes.

    Samples are the darker, the denser they lie. Circles around the true modes stay visible above them.

    One dimension becomes two histograms, two a scatter plot with equal axes, more a scatter plot along
    the first two principal axes of the real points (of the samples where there are none). The view is
    that of the real points alone, so that pictures of one run can be animated; what falls outside is
    counted in a corner.

    Args:
        samples: (n, d) finite numbers; points that are not finite are left out and counted as outside.
        real: (m, d), or None.
        modes: (k, d) centres of the true modes, or None.
        reach: how far a sample may lie from a mode that it belongs to.
        paths: (n, steps, d) samples that follow one another, joined by lines where there are two dimensions
            or more.
        title: one line above.

    Returns:
        RGB, 480 by 480 pixels.

    Raises:
        ValueError: arrays of another shape, different dimensions, or no finite point at all in an array.
    """
    return picture(points_figure(samples, real, modes=modes, reach=reach, paths=paths, title=title))


def points_figure(
    samples: np.ndarray,
    real: np.ndarray | None = None,
    *,
    modes: np.ndarray | None = None,
    reach: float = 0.0,
    paths: np.ndarray | None = None,
    title: str = "",
) -> Figure:
    """Return ``points_image`` before it is drawn; arguments and errors as there."""
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
        modes = None if modes is None else (modes - mean) @ axes
        paths = None if paths is None else (paths - mean) @ axes

    head = Words(clipped(title, 50), 9.5, bold=True)
    key = [Words("○ modes", 8, INK, bold=True)] * (modes is not None)
    key += [Words("real", 8, FAINT, bold=True)] * (real is not None)
    key += [Words("samples", 8, GENERATOR, bold=True)]
    heights = [head_height(head), KEY, SIDE / DPI - KEY - head_height(head)]
    figure = new_figure(SIDE / DPI, SIDE / DPI, dpi=DPI)
    top, middle, body = Part(figure).rows(*heights)
    top.write_head(head)
    middle.write_key(*key)
    (place,) = body.axes()
    bare(place, size=6.5)
    flat = samples.shape[1] == 1
    limits = (_density_limits if flat else _limits)(samples if real is None else real)
    (_histograms if flat else _scatter)(place, samples, real, limits)
    for path in [] if flat or paths is None else paths:
        place.plot(*path.T, color=INK, linewidth=0.8, alpha=0.7)
    place.set_xlim(*limits[0])
    place.set_ylim(*limits[1])
    if dimensions > 2:
        place.set_xlabel(f"first two principal axes of {dimensions}", loc="right", color=FAINT, size=6.5)

    low, high = np.array(limits).T[:, : samples.shape[1]]
    outside = 1 - np.all((samples >= low) & (samples <= high), axis=1).sum() / count
    if outside >= 0.0005:
        words = Words(f"{outside:.1%} outside", 7, GENERATOR)
        place.text(0.98, 0.95, words.text, ha="right", transform=place.transAxes, **words.settings())
    body.lay_out()
    place.apply_aspect()  # what is drawn from here on may ask where a point lies
    if modes is not None:
        _mark_modes(place, modes, reach)
    return figure


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
    from matplotlib.colors import LinearSegmentedColormap

    place.set_aspect("equal", adjustable="box")
    if real is not None:
        near = _near(real, limits)
        place.scatter(near[:, 0], near[:, 1], s=7, c=REAL, alpha=0.45, linewidths=0)
    near = _near(samples, limits)
    density = _density(near, limits)
    order = np.argsort(density, kind="stable")  # the densest on top
    colours = LinearSegmentedColormap.from_list("density", SHADES)(density[order])
    place.scatter(near[order, 0], near[order, 1], s=6, c=colours, alpha=0.8, linewidths=0)


def _near(points: np.ndarray, limits: Limits) -> np.ndarray:
    """Return the first points that Agg can draw: not those that lie many views away."""
    points, (low, high) = points[:MOST], np.array(limits).T
    return points[np.all(np.abs(points - low) < FAR * (high - low), axis=1)]


def _density(points: np.ndarray, limits: Limits) -> np.ndarray:
    """Return (n,) from 0 to 1: the root of how densely points lie in the view around each, over the densest."""
    from scipy.ndimage import gaussian_filter

    counts, *_ = np.histogram2d(points[:, 0], points[:, 1], bins=CELLS, range=limits)
    smooth = gaussian_filter(counts, 1.0, mode="constant")
    low, high = np.array(limits).T
    cell = np.clip((points - low) / (high - low) * CELLS, 0, CELLS - 1).astype(int)
    return np.sqrt(smooth[cell[:, 0], cell[:, 1]] / (smooth.max() or 1.0))


def _mark_modes(place: Axes, modes: np.ndarray, reach: float) -> None:
    """Draw a circle of ``reach``, large enough to be seen, around modes; marks under numbers."""
    if modes.shape[1] == 1:
        bottom = np.full(len(modes), 0.02)
        place.plot(modes[:, 0], bottom, "^", color=INK, markersize=5, transform=place.get_xaxis_transform())
        return
    (left, _), (right, _) = place.transData.transform([(-reach, 0), (reach, 0)])
    size = max(SMALLEST, (right - left) / DPI * 72)
    # On white, so that they are seen on dark samples too.
    for colour, width in (("white", 2.4), (INK, 1.1)):
        place.plot(*modes[:, :2].T, "o", color=colour, markersize=size, fillstyle="none", markeredgewidth=width)


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
