"""Matplotlib without its global state: figures that are laid out, drawn into pixels and forgotten."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from PIL import Image

if TYPE_CHECKING:  # importing matplotlib takes longer than everything else that a command does at its start
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.gridspec import GridSpec

# Okabe and Ito's palette, which colour-blind readers can tell apart. Blue speaks of the critic and of real
# data, vermilion of the generator and of samples, in every picture.
CRITIC, GENERATOR = "#0072B2", "#D55E00"
OTHERS = ("#009E73", "#CC79A7", "#56B4E9", "#E69F00")
INK, FAINT, RULE = "#282C34", "#6B7280", "#E5E7EB"
SPACING = 1.7  # height of a line of text over that of its letters
EDGE = 0.16  # inches between text and the edge of a picture
PLACES = ("left", "right", "bottom", "top", "wspace", "hspace")  # of a grid of axes
FREE = 0.12  # inches between axes, with their numbers and names, and whatever is next to them


class Theme(NamedTuple):
    """Colours of a picture.

    Attributes:
        paper: behind everything.
        ink: of names.
        faint: of numbers.
        rule: of the grid.
        lines: of curves that are told apart by colour alone.
    """

    paper: str
    ink: str
    faint: str
    rule: str
    lines: tuple[str, ...]


LIGHT = Theme("#ffffff", INK, FAINT, RULE, (CRITIC, GENERATOR, "#009E73", "#CC79A7", "#B88700", "#56B4E9"))
DARK = Theme(
    "#1b1e26",
    "#e8eaee",
    "#a3a9b5",
    "#343945",
    ("#5CB8F0", "#FF8B45", "#35C99D", "#E79CC8", "#EFC04A", "#9AA5FF"),
)


class Words(NamedTuple):
    """A piece of text as it is written; signs of mathematics in it are plain text."""

    text: str
    size: float  # points
    colour: str = INK
    bold: bool = False

    @property
    def tall(self) -> float:
        """Height of a line in inches."""
        return SPACING * self.size / 72

    def settings(self) -> dict[str, Any]:
        """Return how it is written, as matplotlib's texts take it."""
        weight = "bold" if self.bold else "normal"
        return {
            "color": self.colour,
            "size": self.size,
            "weight": weight,
            "va": "center",
            "parse_math": False,
        }


def new_figure(width: float, height: float, *, dpi: int, theme: Theme = LIGHT) -> Figure:
    """Return an empty figure of ``width`` by ``height`` inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=dpi, facecolor=theme.paper)
    FigureCanvasAgg(figure)
    return figure


class Part:
    """A rectangle of a figure, into which text is written or in which axes are laid out.

    Axes shrink until their numbers, names and texts are within their part. Matplotlib's constrained layout
    does the same, with a solver that has been seen to abort the whole process, a run in training included.

    Args:
        figure: whose part it is.
        box: (left, bottom, width, height) in inches; the whole figure by default.
    """

    def __init__(self, figure: Figure, box: tuple[float, float, float, float] | None = None):
        self.figure = figure
        self.left, self.bottom, self.width, self.height = box or (0, 0, *figure.get_size_inches())
        self.grid: GridSpec | None = None

    def rows(self, *heights: float) -> list[Part]:
        """Divide the part into parts under one another that have these heights in inches."""
        tops = self.bottom + self.height - np.cumsum((0, *heights))
        return [
            Part(self.figure, (self.left, float(top) - height, self.width, height))
            for top, height in zip(tops, heights, strict=False)
        ]

    def columns(self, count: int) -> list[Part]:
        """Divide the part into ``count`` equally wide ones beside one another."""
        width = self.width / count
        return [
            Part(self.figure, (self.left + i * width, self.bottom, width, self.height)) for i in range(count)
        ]

    def axes(
        self, rows: int = 1, columns: int = 1, *, heights: Sequence[float] | None = None, **shared
    ) -> list[Axes]:
        """Return new axes, row by row; their relative heights and ``sharex`` or ``sharey`` may be given."""
        from matplotlib.gridspec import GridSpec

        self.grid = GridSpec(rows, columns, figure=self.figure, height_ratios=heights)
        return list(self.grid.subplots(squeeze=False, **shared).ravel())

    def lay_out(self, as_before: Mapping[str, float] | None = None) -> dict[str, float]:
        """Give the axes their places, when everything is written that belongs to them; return the places.

        Args:
            as_before: the places that were returned for a picture that differs in colours or curves alone. They
                are taken as they are: to measure every letter again takes longer than to draw it.
        """
        from matplotlib import rcParams

        assert self.grid is not None
        if as_before:
            self.grid.update(**as_before)
        else:
            free = FREE * 72 / rcParams["font.size"]
            rectangle = (*self.at(0, 0), *self.at(self.width, self.height))
            with warnings.catch_warnings():  # axes of other parts are theirs
                warnings.filterwarnings("ignore", "This figure includes Axes")
                self.grid.tight_layout(self.figure, pad=free, h_pad=free, w_pad=2 * free, rect=rectangle)
        for place in self.figure.axes:
            spec = place.get_subplotspec()
            if spec is not None and spec.get_gridspec() is self.grid:
                place.set_subplotspec(spec)
        return {name: getattr(self.grid, name) for name in PLACES if getattr(self.grid, name) is not None}

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return what is ``x`` and ``y`` inches from the lower left corner in fractions of the figure."""
        width, height = self.figure.get_size_inches()
        return float((self.left + x) / width), float((self.bottom + y) / height)

    def write(self, words: Words, x: float, y: float, **settings) -> None:
        """Write words with their left end, at half their height, ``x`` and ``y`` inches from the lower left."""
        self.figure.text(*self.at(x, y), words.text, **words.settings(), **settings)

    def write_head(self, *lines: Words) -> None:
        """Write lines of text under one another, from the upper left corner on."""
        top = self.height - EDGE / 2
        for line in lines:
            self.write(line, EDGE, top - line.tall / 2)
            top -= line.tall

    def write_key(self, *words: Words) -> None:
        """Write words beside one another at the right edge, at half the height."""
        from matplotlib.offsetbox import AnchoredOffsetbox, HPacker, TextArea
        from matplotlib.transforms import Bbox

        row = HPacker(children=[TextArea(word.text, textprops=word.settings()) for word in words], pad=0, sep=9)
        key = AnchoredOffsetbox("center right", child=row, pad=0, borderpad=0, frameon=False)
        x, y = self.at(self.width - EDGE, self.height / 2)
        key.set_bbox_to_anchor(Bbox.from_bounds(x, y, 0, 0), self.figure.transFigure)
        self.figure.add_artist(key)


def picture(figure: Figure) -> Image.Image:
    """Draw ``figure`` and return it in RGB."""
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())  # type: ignore[attr-defined]
    return Image.fromarray(pixels[..., :3].copy())


def head_height(*lines: Words) -> float:
    """Return the inches that :meth:`Part.write_head` needs for some lines."""
    return EDGE + sum(line.tall for line in lines)


def bare(axes: Axes, *, size: float, theme: Theme = LIGHT) -> None:
    """Leave a light grid and small grey numbers of ``size`` points of the axes' frame."""
    axes.set_facecolor(theme.paper)
    axes.set_axisbelow(True)
    axes.grid(True, color=theme.rule, linewidth=0.8)
    axes.tick_params(which="both", colors=theme.faint, labelsize=size, length=0, pad=5)
    for spine in axes.spines.values():
        spine.set_visible(False)
