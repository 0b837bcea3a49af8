"""A comparison as one HTML page: no network, no script, light and dark."""

import base64
import math
import re
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
from PIL import Image

from saddlepoint.comparing.configurations import Estimate, Group, shown
from saddlepoint.comparing.ranking import Ranking
from saddlepoint.core.waiting import clock
from saddlepoint.data.subset import random_part
from saddlepoint.evaluate import meanings
from saddlepoint.evaluate.card import interval, legend, marked, number
from saddlepoint.plots.curves.overlay import DARK, LIGHT, Line, Over, overlay_image
from saddlepoint.plots.grid import grid
from saddlepoint.plots.png import png_bytes
from saddlepoint.plots.samples import POINTS, draw, truth
from saddlepoint.version import __version__

IMAGES = 36  # in a grid
PIXELS = 500_000  # of a grid, above which fewer images are shown

STYLE = """
:root { color-scheme: light dark; --paper: #f6f7f9; --card: LIGHT_PAPER; --ink: LIGHT_INK; --faint: LIGHT_FAINT;
  --rule: LIGHT_RULE; LIGHT_LINES }
@media (prefers-color-scheme: dark) { :root { --paper: #12141a; --card: DARK_PAPER; --ink: DARK_INK;
  --faint: DARK_FAINT; --rule: DARK_RULE; DARK_LINES } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif }
main { max-width: 1160px; margin: 0 auto; padding: 28px 20px 48px }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; letter-spacing: -.01em }
h2 { font-size: 17px; margin: 0 0 12px }
p { margin: 0 0 8px }
.faint { color: var(--faint) }
section { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 18px 20px;
  margin-top: 18px }
ul { margin: 0; padding-left: 20px } li { margin: 5px 0 }
.wide { overflow-x: auto; margin: 0 -20px; padding: 0 20px }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 14px; width: 100% }
th, td { text-align: right; padding: 7px 10px; border-bottom: 1px solid var(--rule); white-space: nowrap;
  vertical-align: top }
th { color: var(--faint); font-weight: 600; font-size: 13px }
tbody tr:last-child td { border-bottom: 0 }
.left { text-align: left }
td small { display: block; color: var(--faint); font-size: 12px }
.wrap { white-space: normal; min-width: 110px } th.wrap { max-width: 170px } td.wrap { max-width: 330px }
.dot { display: inline-block; width: 10px; height: 10px; border-radius: 50%; margin-right: 7px }
.bar { position: relative; width: 190px; height: 18px; display: block }
.bar i { position: absolute; top: 8px; height: 3px; border-radius: 2px; opacity: .55 }
.bar b { position: absolute; top: 4px; width: 10px; height: 10px; margin-left: -5px; border-radius: 50% }
.grids { display: grid; gap: 18px; grid-template-columns: repeat(auto-fill, minmax(210px, 1fr)) }
figure { margin: 0 } figcaption { font-size: 13px; margin-top: 6px; line-height: 1.4 }
img { display: block; width: 100%; height: auto }
.grids img { image-rendering: pixelated; border-radius: 3px }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin-bottom: 10px; font-size: 14px }
.curves { display: grid; gap: 12px 20px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)) }
@media (max-width: 700px) {
  main { padding: 20px 12px 40px } section { padding: 14px 14px }
  .grids { grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 14px }
  .wide { overflow: visible; margin: 0; padding: 0 } thead { display: none } table, tbody { display: block }
  tr { display: flex; flex-direction: column; padding: 9px 0; border-bottom: 1px solid var(--rule) }
  tr:last-child { border-bottom: 0 }
  td, td.wrap { display: flex; justify-content: flex-end; align-items: baseline; gap: 8px; padding: 2px 0;
    border: 0; white-space: normal; max-width: none }
  td:empty { display: none }
  td::before { content: attr(data-column); color: var(--faint); text-align: left; margin-right: auto }
  td.name { display: block; order: -1; font-weight: 600; text-align: left } td.name::before { content: none }
  td.name small { font-weight: 400 } td small { display: inline; white-space: nowrap }
  td.name small { display: block; white-space: normal }
  .bar { width: 190px }
}
footer { color: var(--faint); font-size: 13px; margin-top: 20px }
"""


def page(comparison: Ranking, conclusions: Sequence[str]) -> str:
    """Return the comparison as HTML that holds all that it shows."""
    card = comparison.card
    count, runs = len(comparison.groups), len(comparison.entries)
    what = f"{runs} run{'s' * (runs != 1)} on {card.data['name']}"
    title = what if count == runs else f"{count} configuration{'s' * (count != 1)}, {what}"
    about = (
        f"{card.samples:,} samples of each run against {card.reference['training']:,} training images. "
        f"Encoder: {card.judged_by}, {card.encoder['features']} features, {card.encoder['hash']}."
    )
    sections = [
        _section("Conclusions", _list(conclusions)),
        _section("Ranking", _ranking(comparison)),
        _section("All figures", _figures(comparison)),
        _section("Samples, from the same seed", _grids(comparison)),
        _section("Curves", _curves(comparison)),
        _section("Settings that differ", _settings(comparison)) if comparison.differing else "",
        _section("How to read the figures", _list(card.notes)) if card.notes else "",
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_style()}</style>\n</head>\n<body>\n<main>\n"
        f'<h1>{escape(title)}</h1>\n<p class="faint">{escape(about)}</p>\n'
        + "\n".join(filter(None, sections))
        + f"\n<footer>saddle compare, Saddlepoint {escape(__version__)}</footer>\n</main>\n</body>\n</html>\n"
    )


def _style() -> str:
    style = STYLE
    for name, theme in (("LIGHT", LIGHT), ("DARK", DARK)):
        lines = " ".join(f"--c{i}: {colour};" for i, colour in enumerate(theme.lines))
        style = style.replace(f"{name}_LINES", lines)
        for part in ("paper", "ink", "faint", "rule"):
            style = style.replace(f"{name}_{part.upper()}", getattr(theme, part))
    return style


def _section(heading: str, content: str) -> str:
    return f"<section>\n<h2>{escape(heading)}</h2>\n{content}\n</section>"


def _list(sentences: Sequence[str]) -> str:
    # Signs stay with their numbers.
    signs = ((" = ", "&nbsp;=&nbsp;"), (" &lt; ", "&nbsp;&lt;&nbsp;"))
    lines = [escape(one) for one in sentences]
    for plain, kept in signs:
        lines = [line.replace(plain, kept) for line in lines]
    return "<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>"


def _table(head: str, rows: Sequence[str]) -> str:
    """Return a table whose cells also carry their column's name, which a narrow page shows beside them."""
    columns = [re.sub("<[^>]*>", "", name) for name in re.findall("<th[^>]*>(.*?)</th>", head)]

    def labelled(row: str) -> str:
        names = iter(columns)
        return re.sub("<td", lambda _: f'<td data-column="{next(names)}"', row)

    body = "\n".join(f"<tr>{labelled(row)}</tr>" for row in rows)
    return (
        f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>'
    )


def _colour(place: int) -> str:
    return f"var(--c{place % len(LIGHT.lines)})"


def _dot(place: int) -> str:
    return f'<span class="dot" style="background: {_colour(place)}"></span>'


def _named(group: Group, place: int) -> str:
    names = "" if group.name == group.label else f"<small>{escape(group.name)}</small>"
    return f"{_dot(place)}{escape(group.label)}{names}"


def _ranking(comparison: Ranking) -> str:
    """Return the table of Fréchet distances, each with its interval drawn on one scale."""
    first, *then = comparison.criteria
    estimates = [group.estimate(first) for group in comparison.groups]
    real = comparison.card[first].real
    scale = _Scale([one for one in estimates if one], real)
    rows = []
    for place, (group, one) in enumerate(zip(comparison.groups, estimates, strict=True)):
        assert one is not None
        best, worst = group.rank
        seeds = ", ".join(map(number, group.values(first)))
        further = "".join(f"<td>{_with_ends(group.estimate(name))}</td>" for name in then)
        rows.append(
            f'<td class="left">{best if best == worst else f"{best}–{worst}"}</td>'
            f'<td class="left wrap name">{_named(group, place)}</td>'
            f"<td><strong>{number(one.value)}</strong></td><td>{_ends(one)}</td>"
            f'<td class="left">{scale.bar(one, place)}</td>{further}'
            f"<td>{len(group.entries)}{f'<small>{seeds}</small>' if len(group.entries) > 1 else ''}</td>"
            f"<td>{group.images:,.0f}</td><td>{clock(group.seconds)}</td>"
        )
    if real is not None:
        rows.append(
            '<td></td><td class="left faint name">held-out real images</td>'
            f'<td>{number(real)}</td><td></td><td class="left">{scale.mark(real)}</td>'
            + "".join(f"<td>{number(comparison.card[name].real)}</td>" for name in then)
            + "<td></td><td></td><td></td>"
        )
    head = (
        f'<th class="left">rank</th><th class="left">configuration</th><th>{_head(first)}</th>'
        f'<th>95 % interval</th><th class="left">{scale.name}</th>'
        + "".join(f"<th>{_head(name)}</th>" for name in then)
        + "<th>seeds</th><th>images</th><th>time</th>"
    )
    note = (
        '<p class="faint" style="margin-top: 10px">Where a rank is a range, no difference was found that '
        "would narrow it. Intervals are over seeds where there are several, over samples where there is one. "
        "Time is comparable between runs on the same, otherwise idle machine.</p>"
    )
    return _table(head, rows) + note


class _Scale:
    """A horizontal axis for all intervals: logarithmic where they span more than a power of ten."""

    def __init__(self, estimates: Sequence[Estimate], real: float | None):
        values = [v for one in estimates for v in (one.value, one.low, one.high) if v is not None]
        values += [] if real is None else [real]
        positive = [value for value in values if value > 0] or [1.0]
        self.log = max(positive) > 10 * min(positive)
        self.name = "logarithmic scale" if self.log else "scale from 0"
        self.low, self.high = (min(positive), max(positive)) if self.log else (0.0, max(positive))

    def place(self, value: float) -> float:
        """Return where ``value`` lies, in percent."""
        value = min(max(value, self.low), self.high)
        if self.log:
            span = math.log(self.high / self.low) or 1.0
            return 4 + 92 * math.log(value / self.low) / span
        return 4 + 92 * (value - self.low) / ((self.high - self.low) or 1.0)

    def bar(self, one: Estimate, index: int) -> str:
        """Return a dot with its interval."""
        colour, line = _colour(index), ""
        if one.low is not None and one.high is not None:
            left, right = self.place(one.low), self.place(one.high)
            line = f'<i style="left: {left:.1f}%; width: {right - left:.1f}%; background: {colour}"></i>'
        return f'<span class="bar">{line}{self._dot(one.value or 0, colour)}</span>'

    def mark(self, value: float) -> str:
        """Return a grey dot."""
        return f'<span class="bar">{self._dot(value, "var(--faint)")}</span>'

    def _dot(self, value: float, colour: str) -> str:
        return f'<b style="left: {self.place(value):.1f}%; background: {colour}"></b>'


def _ends(one: Estimate) -> str:
    return interval(one.low, one.high).replace("-", "−")


def _with_ends(one: Estimate | None) -> str:
    return f"{number(one.value).replace('-', '−')}<small>{_ends(one)}</small>" if one else ""


def _head(name: str) -> str:
    return escape(marked(name)).replace("frechet", "Fréchet").replace("_", " ")


def _figures(comparison: Ranking) -> str:
    about = meanings()
    head = '<th class="left">figure</th>' + "".join(
        f'<th class="wrap">{_dot(place)}{escape(group.label)}</th>'
        for place, group in enumerate(comparison.groups)
    )
    rows = []
    for name in comparison.figures:
        estimates = [group.estimate(name) for group in comparison.groups]
        cells = "".join(f"<td>{_with_ends(one)}</td>" for one in estimates)
        what = about.get(name)
        text = f"<small>{escape(what.text)}</small>" if what else ""
        real = number(comparison.card.figures[name].real).replace("-", "−")
        rows.append(f'<td class="left wrap name">{escape(marked(name))}{text}</td>{cells}<td>{real}</td>')
    note = f'<p class="faint" style="margin-top: 10px">{legend(comparison.figures)}</p>'
    return _table(f"{head}<th>real images</th>", rows) + note


def _grids(comparison: Ranking) -> str:
    data = comparison.data
    over = truth(data)
    count = POINTS if over else _count(data.shape)
    figures = []
    if over is None:
        real = data.train.take(random_part(len(data.train), count))[0]
        figures.append(_figure(_tiles(real), "<strong>real images</strong>", "real images"))
    for place, group in enumerate(comparison.groups):
        for entry in group.entries:
            caption = f"{_dot(place)}<strong>{escape(entry.name)}</strong>"
            if entry.name != group.label:
                caption += f'<br><span class="faint">{escape(group.label)}</span>'
            told = ", ".join(f"{_head(name)} {number(entry.card[name].value)}" for name in comparison.criteria)
            caption += f'<br><span class="faint">seed {entry.seed}, {told}</span>'
            samples = entry.run.sample(count, seed=0)
            picture = _tiles(samples) if over is None else draw(samples, over, title=entry.name)
            figures.append(_figure(picture, caption, f"samples of {entry.name}"))
    return '<div class="grids">' + "\n".join(figures) + "</div>"


def _count(shape: Sequence[int]) -> int:
    """Return how many images a grid shows: a square number that keeps the page small."""
    side = math.isqrt(max(4, min(IMAGES, PIXELS // (shape[0] * shape[1]))))
    return side * side


def _tiles(images: np.ndarray) -> Image.Image:
    """Return a square grid with gaps that let the page through, hardly larger than the images themselves."""
    columns = math.isqrt(len(images))
    colour = images if images.shape[-1] == 3 else images[..., :1].repeat(3, axis=3)
    opaque = np.full((*images.shape[:3], 1), 255, np.uint8)
    scale = max(1, round(32 / images.shape[1]))
    return grid(np.concatenate([colour, opaque], axis=3), columns=columns, scale=scale)


def _figure(image: Image.Image, caption: str, alt: str) -> str:
    return f'<figure><img src="{_uri(image)}" alt="{escape(alt)}"><figcaption>{caption}</figcaption></figure>'


def _curves(comparison: Ranking) -> str:
    lines = [
        Line(entry.run.curves(), place)
        for place, group in enumerate(comparison.groups)
        for entry in group.entries
    ]
    first = [name for name in meanings() if any(name in row for line in lines for row in line.rows)]
    first.sort(key=lambda name: name != comparison.ranked_by)

    def picture(over: Over) -> str:
        light, dark = (
            _uri(overlay_image(lines, over=over, first=first, theme=theme)) for theme in (LIGHT, DARK)
        )
        return (
            f'<picture><source media="(prefers-color-scheme: dark)" srcset="{dark}">'
            f'<img src="{light}" alt="curves of all runs over {over}"></picture>'
        )

    try:
        pictures = picture("images") + picture("time")
    except ValueError:
        return '<p class="faint">No run has written a curve yet.</p>'
    legend = "".join(
        f"<span>{_dot(place)}{escape(group.label)}</span>" for place, group in enumerate(comparison.groups)
    )
    note = "Losses and critic outputs of different objectives share no scale."
    if comparison.ranked_by not in first:
        note += " Scores do; train with --evaluate-every to see them over time."
    return (
        f'<div class="legend">{legend}</div>\n<div class="curves">{pictures}</div>\n<p class="faint">{note}</p>'
    )


def _settings(comparison: Ranking) -> str:
    head = '<th class="left">setting</th>' + "".join(
        f'<th class="wrap">{_dot(place)}{escape(group.label)}</th>'
        for place, group in enumerate(comparison.groups)
    )
    rows = []
    for name, values in comparison.differing.items():
        known = [name in group.settings for group in comparison.groups]
        cells: list[Any] = [shown(v) if here else "–" for v, here in zip(values, known, strict=True)]
        rows.append(
            f'<td class="left name">{escape(name)}</td>'
            + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells)
        )
    return _table(head, rows)


def _uri(image: Image.Image) -> str:
    return "data:image/png;base64," + base64.b64encode(png_bytes(image)).decode()
