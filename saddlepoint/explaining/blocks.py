"""What a topic is made of, in the order in which it is read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from PIL import Image

from saddlepoint.explaining.text import Language, Say, Text, said
from saddlepoint.plots.canvas import LIGHT, Theme


@dataclass(frozen=True)
class Style:
    """How a picture is drawn.

    Attributes:
        theme: its colours.
        language: of the few words in it.
        places: where its axes lie, once that is known: the same in either theme, and all through a film.
    """

    theme: Theme = LIGHT
    language: Language = "en"
    places: dict[str, float] = field(default_factory=dict, compare=False)

    def say(self, text: Say) -> str:
        """Return what a picture says; in English where no font here has the other language's letters."""
        from saddlepoint.explaining.fonts import chinese

        return said(text, self.language if self.language == "en" or chinese() else "en")


@dataclass(frozen=True)
class Heading:
    """The head of a section."""

    text: Text


@dataclass(frozen=True)
class Prose:
    """A paragraph."""

    text: Text


@dataclass(frozen=True)
class Formula:
    """An equation.

    Attributes:
        tex: in LaTeX, for pages; parts set apart by a qquad stand below each other where it is narrow.
        plain: in one line of plain signs, for terminals and for those who listen.
    """

    tex: str
    plain: str


@dataclass(frozen=True)
class Number:
    """A number that was computed just now.

    Attributes:
        key: its name in JSON.
        text: what it is.
        value: the number.
        exact: what it should be, where that is known.
        within: how far it may be from that.
    """

    key: str
    text: Say
    value: float
    exact: float | None = None
    within: float | None = None

    def __post_init__(self):
        if (self.exact is None) != (self.within is None):
            raise ValueError(f"{self.key}: an exact value and a tolerance belong together")

    @property
    def error(self) -> float | None:
        """The distance from the exact value."""
        return None if self.exact is None else abs(self.value - self.exact)

    @property
    def holds(self) -> bool:
        """Whether it is as near to the exact value as it should be; not where it is no number."""
        return self.exact is None or self.within is None or abs(self.value - self.exact) <= self.within


@dataclass(frozen=True)
class Numbers:
    """Numbers that belong together."""

    rows: Sequence[Number]


@dataclass(frozen=True)
class Rows:
    """A table; a number in it is one of the topic's numbers, told in three digits."""

    head: Sequence[Say]
    rows: Sequence[Sequence[Say | Number]]


@dataclass(frozen=True)
class Picture:
    """A picture.

    Attributes:
        name: of its file.
        draw: makes it.
        caption: what to look at.
        alt: what it shows, for those who cannot see it.
    """

    name: str
    draw: Callable[[Style], Image.Image]
    caption: Text
    alt: Text


@dataclass(frozen=True)
class Film:
    """Pictures in order of time.

    Attributes:
        name: of its file.
        draw: makes the picture of one moment.
        labels: what each moment is called.
        caption: what to look at.
        alt: what it shows, for those who cannot see it.
        still: which moment stands for all where nothing moves.
        seconds: how long it takes.
    """

    name: str
    draw: Callable[[Style, int], Image.Image]
    labels: Sequence[Say]
    caption: Text
    alt: Text
    still: int = -1
    seconds: float = 6.0


class Slider(NamedTuple):
    """A number that readers choose.

    Attributes:
        key: its name in the script.
        text: what it is.
        low: the least.
        high: the most.
        step: between two choices.
        value: at first.
    """

    key: str
    text: Say
    low: float
    high: float
    step: float
    value: float


@dataclass(frozen=True)
class Knobs:
    """A drawing that readers change: its script computes and draws it in their browser.

    Attributes:
        script: name of the file ``topics/<script>.js``, which calls ``saddle.knobs(script, {compute, draw})``.
        sliders: what they may change.
        shows: the numbers that it says, by their names in the script's result.
        caption: what to try.
        alt: what it shows, for those who cannot see it.
        ratio: height over width.
        narrow: the same on a phone.
    """

    script: str
    sliders: Sequence[Slider]
    shows: Sequence[tuple[str, Say]]
    caption: Text
    alt: Text
    ratio: float = 0.6
    narrow: float = 0.9


@dataclass(frozen=True)
class Code:
    """Lines to copy."""

    text: str
    caption: Text = field(default_factory=lambda: Text("Ready to copy:", "可直接复制："))


Block = Heading | Prose | Formula | Numbers | Rows | Picture | Film | Knobs | Code
