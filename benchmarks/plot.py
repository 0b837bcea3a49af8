"""The results as one picture."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator
from PIL import Image

from benchmarks.report import limit_of_operations
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

WIDTH, DPI = 9.0, 200
BAR, NUMBERS, GROWTH = 0.62, 0.9, 2.6  # inches: a row, the numbers around all rows, the curves of growth
UNITS = {"batch": "batch", "width": "width", "size": "side in pixels", "images": "number of images"}


def speed_image(results: dict[str, Any]) -> Image.Image:
    """Draw ratios beside their goals, shares of the peak, and how the cost of an image grows."""
    rows, growth = results["rows"], results.get("growth")
    head = Words(_title(results), 12, bold=True), Words(_subtitle(results), 8.5, FAINT)
    bars = BAR * len(rows) + NUMBERS if rows else 0.0
    heights = [height for height in (head_height(*head), bars, GROWTH if growth else 0.0) if height]
    figure = new_figure(WIDTH, sum(heights), dpi=DPI)
    parts = Part(figure).rows(*heights)
    parts[0].write_head(*head)
    if rows:
        ratios, shares = parts[1].axes(1, 2, sharey=True)
        _ratios(ratios, rows)
        _shares(shares, rows, results["peak"])
        parts[1].lay_out()
    if growth:
        _grow(parts[-1], growth)
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
    place.tick_params(labelleft=False)
    place.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:.0%}"))
    place.set_xlabel("useful FLOPs, share of the bf16 matrix peak", size=8.5, color=FAINT)
    place.set_title("Saddlepoint", loc="left", color=GENERATOR, size=8.5, weight="bold")
    place.set_title("plain loop", loc="center", color=CRITIC, size=8.5, weight="bold")


def _names(place: Axes, rows: dict[str, Any]) -> None:
    place.set_ylim(len(rows) - 0.5, -0.5)
    place.set_yticks(range(len(rows)))
    place.set_yticklabels([row["title"].replace(", ", "\n", 1) for row in rows.values()], color=INK)


def _grow(part: Part, growth: dict[str, Any]) -> None:
    curves = growth["curves"]
    base = "batch {batch}, width {width}, {size}×{size}, {images:,} images".format(**growth["base"])
    head = Words("microseconds an image", 8.5)
    top, body = part.rows(head_height(head), GROWTH - head_height(head))
    top.write_head(head)
    top.write_key(Words(f"grey DCGAN, {base}; one of them changed", 8.5, FAINT))
    places = body.axes(1, len(curves), sharey=True)
    for place, (name, points) in zip(places, curves.items(), strict=True):
        bare(place, size=8)
        values = [point["value"] for point in points]
        costs = [1e6 / point["images_per_second"] for point in points]
        place.plot(values, costs, color=GENERATOR, marker="o", markersize=4, linewidth=1.6)
        place.set_xscale("log")
        place.xaxis.set_major_locator(FixedLocator(values))
        place.xaxis.set_major_formatter(FuncFormatter(lambda value, _: short_count(value)))
        place.xaxis.set_minor_locator(NullLocator())
        place.set_xlabel(UNITS[name], size=8.5, color=FAINT)
    every = [1e6 / point["images_per_second"] for points in curves.values() for point in points]
    places[0].set_yscale("log")
    places[0].set_ylim(min(every) / 1.5, max(every) * 1.5)
    places[0].yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    places[0].yaxis.set_minor_locator(NullLocator())
    places[0].yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    body.lay_out()


def _threads(count: int) -> str:
    return f"{count} thread{'s' * (count != 1)}"
