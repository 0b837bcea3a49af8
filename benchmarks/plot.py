"""The results as one picture."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator
from PIL import Image

from benchmarks.report import limit_of_operations
from saddlepoint.plots.canvas import CRITIC, FAINT, GENERATOR, INK, bare, new_figure, picture

WIDTH, DPI = 9.0, 200
LEFT, RIGHT, TOP, BOTTOM = 2.75, 0.95, 0.95, 0.75
BAR, GAP, GROWTH = 0.62, 0.95, 1.9  # inches
UNITS = {"batch": "batch", "width": "width", "size": "side in pixels", "images": "number of images"}


def speed_image(results: dict[str, Any]) -> Image.Image:
    """Draw ratios beside their goals, shares of the peak, and how the cost of an image grows."""
    rows, growth = results["rows"], results.get("growth")
    bars = BAR * len(rows) + 0.1
    height = TOP + BOTTOM + (bars if rows else 0) + (GROWTH if growth else 0) + (GAP if rows and growth else 0)
    figure = new_figure(WIDTH, height, dpi=DPI)
    figure.text(0.2 / WIDTH, 1 - 0.36 / height, _title(results), color=INK, size=12, weight="bold")
    figure.text(0.2 / WIDTH, 1 - 0.6 / height, _subtitle(results), color=FAINT, size=8.5)
    if rows:
        room, between = WIDTH - LEFT - RIGHT, 1.0
        half = (room - between) / 2
        bottom = (height - TOP - bars) / height
        _ratios(figure.add_axes((LEFT / WIDTH, bottom, half / WIDTH, bars / height)), rows)
        left = (LEFT + half + between) / WIDTH
        _shares(figure.add_axes((left, bottom, half / WIDTH, bars / height)), rows, results["peak"])
    if growth:
        _grow(figure, growth, height)
    return picture(figure)


def _title(results: dict[str, Any]) -> str:
    quick = " (quick: no measurement)" if results["quick"] else ""
    return f"Training speed, Saddlepoint against plain loops{quick}"


def _subtitle(results: dict[str, Any]) -> str:
    machine = results["machine"]
    device = machine["accelerator"] if results["device"] != "cpu" else machine["processor"] or "CPU"
    peak = " and ".join(f"{dtype} {value / 1e9:,.0f} GFLOP/s" for dtype, value in results["peak"].items())
    return f"{device}, {_threads(results['threads'])}; matrix peak {peak}; torch {results['versions']['torch']}"


def _ratios(place: Axes, rows: dict[str, Any]) -> None:
    bare(place, size=8.5)
    for y, row in enumerate(rows.values()):
        ratio = row["ratio"]
        place.barh(y, ratio["median"], 0.5, color=GENERATOR)
        place.plot([ratio["low"], ratio["high"]], [y, y], color=INK, linewidth=1.2)
        if row["goal"]:
            place.plot([row["goal"]] * 2, [y - 0.36, y + 0.36], color=INK, linewidth=1.6, linestyle=(0, (2, 1)))
        end = max(ratio["high"], ratio["median"], row["goal"] or 0)
        if row["operations"]:
            place.plot([limit_of_operations(row)] * 2, [y - 0.36, y + 0.36], color=FAINT, linewidth=1.6)
        place.annotate(
            f"{ratio['median']:.1f}×", (end, y), (5, 0), textcoords="offset points", va="center", size=9
        )
    largest = max(max(row["ratio"]["high"], row["goal"] or 0) for row in rows.values())
    place.set_xlim(0, 1.22 * largest)
    _names(place, rows)
    place.set_xlabel(
        "images a second, divided by the plain loop's\n(dashed: goal; grey: its operations at their best)",
        size=8.5,
        color=FAINT,
    )


def _shares(place: Axes, rows: dict[str, Any], peak: dict[str, float]) -> None:
    bare(place, size=8.5)
    for y, row in enumerate(rows.values()):
        for side, offset, colour in (("saddlepoint", -0.17, GENERATOR), ("tutorial", 0.17, CRITIC)):
            share = row["flops_per_second"][side] / peak["bf16"]
            place.barh(y + offset, share, 0.28, color=colour)
            place.annotate(
                f"{share:.0%}", (share, y + offset), (4, 0), textcoords="offset points", va="center", size=8
            ).set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.5})
        if row["share_goal"]:
            x = row["share_goal"]
            place.plot([x, x], [y - 0.38, y + 0.38], color=INK, linewidth=1.6, linestyle=(0, (2, 1)))
    place.set_xlim(0, 1.08)
    place.set_ylim(len(rows) - 0.5, -0.5)
    place.set_yticks([])
    place.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:.0%}"))
    place.set_xlabel("useful FLOPs, share of the bf16 matrix peak", size=8.5, color=FAINT)
    place.text(0, 1.01, "Saddlepoint", color=GENERATOR, size=8.5, weight="bold", transform=place.transAxes)
    place.text(0.45, 1.01, "plain loop", color=CRITIC, size=8.5, weight="bold", transform=place.transAxes)


def _names(place: Axes, rows: dict[str, Any]) -> None:
    place.set_ylim(len(rows) - 0.5, -0.5)
    place.set_yticks(range(len(rows)))
    place.set_yticklabels([row["title"].replace(", ", "\n", 1) for row in rows.values()], color=INK)


def _grow(figure: Figure, growth: dict[str, Any], height: float) -> None:
    curves = growth["curves"]
    left, right, between = 0.75, 0.3, 0.42
    width = (WIDTH - left - right - between * (len(curves) - 1)) / len(curves)
    everything = [1e6 / point["images_per_second"] for points in curves.values() for point in points]
    for index, (name, points) in enumerate(curves.items()):
        x = left + index * (width + between)
        place = figure.add_axes((x / WIDTH, BOTTOM / height, width / WIDTH, GROWTH / height))
        bare(place, size=8)
        values = [point["value"] for point in points]
        costs = [1e6 / point["images_per_second"] for point in points]
        place.plot(values, costs, color=GENERATOR, marker="o", markersize=4, linewidth=1.6)
        place.set_xscale("log")
        place.set_yscale("log")
        place.set_ylim(min(everything) / 1.5, max(everything) * 1.5)
        place.xaxis.set_major_locator(FixedLocator(values))
        place.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _short(value)))
        place.xaxis.set_minor_locator(NullLocator())
        place.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        place.yaxis.set_minor_locator(NullLocator())
        place.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
        place.set_xlabel(UNITS[name], size=8.5, color=FAINT)
        if index:
            place.tick_params(labelleft=False)
    base = "batch {batch}, width {width}, {size}×{size}, {images:,} images".format(**growth["base"])
    y = (BOTTOM + GROWTH + 0.12) / height
    figure.text(left / WIDTH, y, "microseconds an image", color=INK, size=8.5)
    figure.text(
        1 - right / WIDTH, y, f"grey DCGAN, {base}; one of them changed", color=FAINT, size=8.5, ha="right"
    )


def _threads(count: int) -> str:
    return f"{count} thread{'s' * (count != 1)}"


def _short(value: float) -> str:
    return f"{value / 1000:,g}k" if value >= 1000 else f"{value:g}"
