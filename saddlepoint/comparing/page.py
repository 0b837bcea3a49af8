"""A comparison as one HTML page: no network, no script, light and dark."""

import math
from collections.abc import Sequence
from typing import Any

from PIL import Image

from saddlepoint.comparing.configurations import Estimate, Group, shown
from saddlepoint.comparing.ranking import Ranking
from saddlepoint.core.kinds import kinds
from saddlepoint.core.words import clock, interval, number, signed
from saddlepoint.data.subset import random_part
from saddlepoint.evaluate import meanings
from saddlepoint.evaluate.card import legend, marked
from saddlepoint.pages.render import data_uri, render
from saddlepoint.pages.table import Cell, Column, Span, Table
from saddlepoint.plots.canvas import DARK, LIGHT
from saddlepoint.plots.curves.overlay import Line, Over, overlay_image
from saddlepoint.plots.drawing import drawing_of


def page(ranking: Ranking, conclusions: Sequence[str]) -> str:
    """Return the comparison as HTML that holds all that it shows."""
    card = ranking.card
    count, runs = len(ranking.groups), len(ranking.entries)
    what = f"{runs} run{'s' * (runs != 1)} on {card.data['name']}"
    lines = [
        Line(entry.run.curves(), place) for place, group in enumerate(ranking.groups) for entry in group.entries
    ]
    return render(
        "comparison.html",
        title=what if count == runs else f"{count} configuration{'s' * (count != 1)}, {what}",
        about=f"{card.samples:,} samples of each run against {card.reference['training']:,} training "
        f"{card.examples}. Encoder: {card.judged_by}, {card.encoder['features']} features, "
        f"{card.encoder['hash']}.",
        conclusions=conclusions,
        labels=[group.label for group in ranking.groups],
        ranks=_ranks(ranking),
        figures=_figures(ranking),
        legend=legend(ranking.figures),
        samples=_samples(ranking),
        curves=_curves(lines, ranking.ranked_by, card.examples),
        scored=any(ranking.ranked_by in row for line in lines for row in line.rows),
        settings=_settings(ranking),
        notes=card.notes,
    )


def _columns(ranking: Ranking) -> tuple[Column, ...]:
    """Return a column for every configuration."""
    return tuple(Column(group.label, wrap=True, place=place) for place, group in enumerate(ranking.groups))


def _ranks(ranking: Ranking) -> Table:
    """Return the table of what ranks, each with its interval on one scale."""
    first, *others = ranking.criteria
    estimates = [group.estimate(first) for group in ranking.groups]
    real = ranking.card[first].real
    scale = _Scale([estimate for estimate in estimates if estimate], real)
    columns = (
        Column("rank", left=True),
        Column("configuration", left=True),
        Column(_words(first)),
        Column("95 % interval"),
        Column(scale.name, left=True),
        *(Column(_words(name)) for name in others),
        *map(Column, ("seeds", ranking.card.examples, "time")),
    )
    rows = [_rank(group, place, scale, ranking.criteria) for place, group in enumerate(ranking.groups)]
    if real is not None:
        rows.append(
            (
                Cell(),
                Cell(f"held-out real {ranking.card.examples}", left=True, faint=True, heads=True),
                Cell(number(real)),
                Cell(),
                Cell(left=True, span=Span(scale.place(real))),
                *(Cell(number(ranking.card[name].real)) for name in others),
                *[Cell()] * 3,
            )
        )
    return Table(columns, tuple(rows))


def _rank(group: Group, place: int, scale: "_Scale", criteria: Sequence[str]) -> tuple[Cell, ...]:
    first, *others = criteria
    estimate = group.estimate(first)
    assert estimate is not None
    best, worst = group.rank
    seeds = ", ".join(map(number, group.values(first))) if len(group.entries) > 1 else ""
    return (
        Cell(str(best) if best == worst else f"{best}–{worst}", left=True),
        Cell(
            group.label,
            "" if group.name == group.label else group.name,
            left=True,
            wrap=True,
            heads=True,
            place=place,
        ),
        Cell(number(estimate.value), strong=True),
        Cell(_ends(estimate)),
        Cell(left=True, span=scale.span(estimate, place)),
        *(_reading(group.estimate(name)) for name in others),
        Cell(str(len(group.entries)), seeds),
        Cell(f"{group.images:,.0f}"),
        Cell(clock(group.seconds)),
    )


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

    def span(self, estimate: Estimate, place: int) -> Span:
        """Return where an estimate and its interval lie."""
        low, high = estimate.low, estimate.high
        ends = None if low is None or high is None else (self.place(low), self.place(high))
        return Span(self.place(estimate.value or 0), ends, place)


def _figures(ranking: Ranking) -> Table:
    """Return the table of every figure that all configurations have."""
    about = meanings()
    rows = []
    for name in ranking.figures:
        meaning = about[name].text if name in about else ""
        rows.append(
            (
                Cell(marked(name), meaning, left=True, wrap=True, heads=True),
                *(_reading(group.estimate(name)) for group in ranking.groups),
                Cell(signed(ranking.card.figures[name].real)),
            )
        )
    return Table(
        (Column("figure", left=True), *_columns(ranking), Column(f"real {ranking.card.examples}")), tuple(rows)
    )


def _settings(ranking: Ranking) -> Table:
    """Return the table of the settings that are not the same for all configurations."""
    rows = []
    for name, values in ranking.differing.items():
        known = [name in group.settings for group in ranking.groups]
        cells = [Cell(shown(value) if here else "–") for value, here in zip(values, known, strict=True)]
        rows.append((Cell(name, left=True, heads=True), *cells))
    return Table((Column("setting", left=True), *_columns(ranking)), tuple(rows))


def _reading(estimate: Estimate | None) -> Cell:
    return Cell(signed(estimate.value), _ends(estimate)) if estimate else Cell()


def _ends(estimate: Estimate) -> str:
    return _minus(interval(estimate.low, estimate.high))


def _minus(text: str) -> str:
    return text.replace("-", "−")


def _words(name: str) -> str:
    return marked(name).replace("frechet", "Fréchet").replace("_", " ")


def _samples(ranking: Ranking) -> list[dict[str, Any]]:
    """Return a picture of real images, and one of every run's samples, with what stands below it."""
    data = ranking.data
    drawing = drawing_of(data)
    count, behind = drawing.on_page(), drawing.behind(data)
    samples = []
    if not drawing.over_real:
        real = data.train.take(random_part(len(data.train), count))[0]
        name = f"real {kinds.get(data.kind).many}"
        samples.append(_sample(drawing.small(real, title=name), name, name))
    for place, group in enumerate(ranking.groups):
        for entry in group.entries:
            picture = drawing.small(entry.run.sample(count, seed=0), behind, title=entry.name)
            scores = ", ".join(f"{_words(name)} {number(entry.card[name].value)}" for name in ranking.criteria)
            label = [] if entry.name == group.label else [group.label]
            lines = [*label, f"seed {entry.seed}, {scores}"]
            samples.append(_sample(picture, entry.name, f"samples of {entry.name}", lines, place))
    return samples


def _sample(
    picture: Image.Image, name: str, alt: str, lines: Sequence[str] = (), place: int | None = None
) -> dict[str, Any]:
    return {"picture": data_uri(picture), "name": name, "alt": alt, "lines": lines, "place": place}


def _curves(lines: Sequence[Line], ranked_by: str, examples: str) -> list[dict[str, str]]:
    """Return the curves of all runs over ``examples`` and over time, light and dark; none without any."""
    first = [name for name in meanings() if any(name in row for line in lines for row in line.rows)]
    first.sort(key=lambda name: name != ranked_by)
    axes: tuple[Over, ...] = ("images", "time")
    more: dict[str, Any] = {"first": first, "examples": examples}
    themes = (("light", LIGHT), ("dark", DARK))
    try:
        return [
            {
                **{
                    name: data_uri(overlay_image(lines, over=over, theme=theme, **more))
                    for name, theme in themes
                },
                "alt": f"curves of all runs over {examples if over == 'images' else over}",
            }
            for over in axes
        ]
    except ValueError:  # no run has written any yet
        return []
