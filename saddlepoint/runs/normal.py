"""What is normal: the curves of healthy runs, by recipe and size, that a run's own are set beside.

``python -m benchmarks.doctor normal`` makes the table, ``normal.json``, from the benchmark's healthy runs.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from saddlepoint.plots.curves.series import Band, Series, read
from saddlepoint.runs.prepare import Built

TABLE = Path(__file__).with_suffix(".json")
SIZES = (16, 32, 64, 128, 256)  # sides of images that share a table, at most; of all else 0
POINTS = 20  # of a band
PART = 0.25  # of a run, its last, that is compared with a band
WIDTH, LEAST = 0.25, 0.05  # of a band's width, and of its values, that a value must be outside to be told


class Basis(NamedTuple):
    """What scores rest on; others are not set beside them.

    Attributes:
        encoder: its name.
        samples: how many were compared.
    """

    encoder: str
    samples: int


class Normal(NamedTuple):
    """Curves of healthy runs.

    Attributes:
        runs: how many there were.
        on: names of the data that they learned.
        bands: by name of the curve.
        scores: names of those that are scores of samples.
        basis: what these rest on; None where there are none.
    """

    runs: int
    on: tuple[str, ...]
    bands: Mapping[str, Band]
    scores: tuple[str, ...] = ()
    basis: Basis | None = None

    def beside(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, Band]:
        """Return the bands that a run's rows may be set beside: scores only where they rest on the same."""
        same = self.basis is not None and basis(rows) == self.basis
        return {name: band for name, band in self.bands.items() if same or name not in self.scores}

    def __str__(self) -> str:
        return f"{self.runs} healthy runs on {', '.join(self.on)}"


def size_class(built: Built) -> int:
    """Return the class of sizes that a run belongs to: sides up to it, 0 for what has none."""
    if not built.kind.sized:
        return 0
    return next((size for size in SIZES if built.spec.size <= size), SIZES[-1])


def normal_key(built: Built) -> str:
    """Return what runs share a band by: recipe, kind of data and class of sizes."""
    return f"{built.recipe.name} {built.spec.kind} {size_class(built)}"


def normal(built: Built) -> Normal | None:
    """Return what is normal for a recipe, kind of data, size and losses; None where no run has told so."""
    found = _table().get(normal_key(built))
    if found is None or found["objective"] != built.experiment.objective:
        return None
    images = np.array(found["images"], float)
    bands = {name: _known(images, *np.array(ends, float)) for name, ends in found["curves"].items()}
    known = Normal(found["runs"], tuple(found["on"]), bands)
    if "scores" not in found:
        return known
    scored = found["scores"]
    return known._replace(scores=tuple(scored["curves"]), basis=Basis(scored["encoder"], scored["samples"]))


def _known(images: np.ndarray, low: np.ndarray, high: np.ndarray) -> Band:
    """Return a band from where all runs had a value: the first score comes late."""
    known = np.isfinite(low)
    return Band(images[known], low[known], high[known])


def basis(rows: Sequence[Mapping[str, Any]]) -> Basis | None:
    """Return what a run's scores rest on, None where it has none."""
    scored = next((row for row in rows if isinstance(row.get("encoder"), str) and "samples" in row), None)
    return Basis(scored["encoder"].rpartition("-")[0], scored["samples"]) if scored else None


def scores(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names of a run's curves that are scores: only scored rows have them."""
    others = {name for row in rows if "encoder" not in row for name in row}
    return [name for name in read(rows) if name not in others]


@cache
def _table() -> dict[str, Any]:
    return json.loads(TABLE.read_text())["bands"] if TABLE.exists() else {}


def banded(
    runs: Sequence[Sequence[Mapping[str, Any]]],
) -> tuple[list[int], dict[str, list[list[float | None]]]]:
    """Return images shown, and for each curve the least and the largest values around them, over all runs.

    Values are None before each run has its first.

    Args:
        runs: the rows of each; curves that one of them has not, or only at its end, are left out, as is what
            lies after its end.
    """
    series = [read(rows) for rows in runs]
    names = [name for name in series[0] if all(name in one for one in series)]
    end = min(one[name].x[-1] for one in series for name in names)
    edges = np.linspace(0, end, POINTS + 1)
    middle = (edges[1:] + edges[:-1]) / 2
    curves = {}
    for name in names:
        ends = np.array([_ends(one[name], edges) for one in series])  # (runs, 2, points)
        low, high = np.nanmin(ends[:, 0], 0), np.nanmax(ends[:, 1], 0)
        early = middle < max(one[name].x[0] for one in series)
        if (~early).sum() < 2:  # points, between which a band would lie
            continue
        curves[name] = [
            [None if none else float(f"{value:.4g}") for value, none in zip(part, early, strict=True)]
            for part in (low, high)
        ]
    return [round(x) for x in middle], curves


def _ends(series: Series, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the least and the largest value between each two edges; between rows, of those around."""
    middle = (edges[1:] + edges[:-1]) / 2
    low = high = np.interp(middle, series.x, series.y)
    place = np.clip(np.searchsorted(edges, series.x) - 1, 0, len(middle) - 1)
    low, high = low.copy(), high.copy()
    np.minimum.at(low, place, series.y)
    np.maximum.at(high, place, series.y)
    return low, high


def outside(rows: Sequence[Mapping[str, Any]], bands: Mapping[str, Band]) -> list[str] | None:
    """Return sentences on curves whose last quarter lies outside their bands, as far as these reach.

    A value is outside that leaves the band by a quarter of its width, and by a twentieth of its size. None
    where no band reaches the last quarter of a curve.
    """
    lines, reached = [], False
    for name, series in read(rows).items():
        if name not in bands:
            continue
        band = bands[name]
        here = (series.x >= (1 - PART) * series.x[-1]) & (series.x <= band.x[-1]) & (series.x >= band.x[0])
        if not here.any():
            continue
        reached = True
        value = float(np.median(series.y[here]))
        at = float(np.median(series.x[here]))
        low, high = (float(np.interp(at, band.x, part)) for part in (band.low, band.high))
        room = max(WIDTH * (high - low), LEAST * max(abs(low), abs(high)))
        if not low - room <= value <= high + room:
            lines.append(f"{name} is {value:.3g} at the end, {low:.3g} to {high:.3g} in healthy runs")
    return lines if reached else None
