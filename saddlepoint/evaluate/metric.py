"""What a metric is: a function from two sets of encoded images to numbers, and the table of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np

from saddlepoint.core.registry import Registry
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.truth import Truth

Range = tuple[float | None, float | None]  # what a figure can be; None where there is no end
SHARE: Range = (0.0, 1.0)
POSITIVE: Range = (0.0, None)

Need = Literal["logits", "classes", "heldout"]
Known = TypeVar("Known", bound=Truth)


@dataclass(frozen=True)
class View:
    """Some images (or points) as an encoder sees them; row i is the same image everywhere.

    Attributes:
        features: float32 (n, f).
        logits: float32 (n, k), or None where the encoder knows no classes.
        label: int64 (n,) true classes, or None for samples and unlabelled data.
        thumbnails: () -> (n, p) uint8 pixels of the image shrunk to at most 32 by 32, or float32 points.
    """

    features: np.ndarray
    logits: np.ndarray | None = None
    label: np.ndarray | None = None
    thumbnails: Callable[[], np.ndarray] | None = None

    def __len__(self) -> int:
        return len(self.features)

    @cached_property
    def pixels(self) -> np.ndarray:
        """(n, p) uint8 thumbnails or float32 points, made on first use."""
        if self.thumbnails is None:
            raise ValueError("this view was made without its images")
        return self.thumbnails()

    def take(self, rows: np.ndarray | slice) -> "View":
        """Return the images at ``rows``."""
        chosen = None if self.thumbnails is None else lambda: self.pixels[rows]
        logits = None if self.logits is None else self.logits[rows]
        label = None if self.label is None else self.label[rows]
        return View(self.features[rows], logits, label, chosen)

    def head(self, count: int) -> "View":
        """Return the first ``count`` images; views of real images are already in random order."""
        return self if count >= len(self) else self.take(slice(0, count))


@dataclass(frozen=True)
class Inputs:
    """Everything that a metric may look at.

    Attributes:
        fake: the samples.
        real: training images in a fixed random order, at most 60,000.
        heldout: real images that neither a generator nor the encoder was trained on.
        dataset: what the samples imitate.
        rng: source of all randomness of the metric.
        samples: the samples themselves as they were drawn, rows as in ``fake``; None in a stand-in for them.
    """

    fake: View
    real: View
    heldout: View
    dataset: Dataset
    rng: np.random.Generator
    samples: np.ndarray | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the data's classes, empty where there are none."""
        return self.dataset.classes

    def truth(self, wanted: type[Known]) -> Known:
        """Return the truth of the data, which the metric has asked for; TypeError where there is none such."""
        truth = self.dataset.truth
        if not isinstance(truth, wanted):
            raise TypeError(f"of {self.dataset.name!r} there is no {wanted.__name__}")
        return truth

    def sort(self, view: View) -> np.ndarray:
        """Return int64 (n,) the data's most likely class of each image; zeros if the encoder knows none."""
        known = view.logits is not None and view.logits.shape[1] == len(self.classes)
        return view.logits.argmax(axis=1) if known else np.zeros(len(view), np.int64)  # type: ignore[union-attr]

    @cached_property
    def pair(self) -> tuple[View, View]:
        """(fake, real) cut to the same count, for figures whose value depends on the counts' ratio."""
        count = min(len(self.fake), len(self.real))
        return self.fake.head(count), self.real.head(count)


class Measure(NamedTuple):
    """One number that a metric found.

    Attributes:
        value: the number; None where the samples only bound it (then ``low`` or ``high`` is set).
        low: lower end of the 95 % interval, or None.
        high: upper end of the 95 % interval, or None.
        samples: samples that it rests on.
        detail: what else is worth keeping, as JSON.
        space: what distances were taken in where that is not the encoder's features, ``"pixels"``.
        real: what real images score, from a metric that measures them itself (``Metric.floor`` is False).
        real_samples: real images behind ``real``.
        range: the least and the most that the figure can be; the interval is cut off there.
    """

    value: float | None
    low: float | None
    high: float | None
    samples: int
    detail: Mapping[str, Any] = {}
    space: str | None = None
    real: float | None = None
    real_samples: int = 0
    range: Range = (None, None)


@dataclass(frozen=True)
class Figure:
    """A measure beside what real images score.

    Attributes:
        value: the number; None where the samples only bound it.
        low: lower end of the 95 % interval, or None.
        high: upper end of the 95 % interval, or None.
        samples: samples that it rests on.
        real: the same figure with held-out real images in the samples' place: what perfection scores.
        encoder: name and hash of the encoder, or ``"pixels"``.
        real_samples: held-out images behind ``real``.
        detail: what else is worth keeping, as JSON.
        range: the least and the most that the figure can be, each None where there is no end.
    """

    value: float | None
    low: float | None
    high: float | None
    samples: int
    real: float | None
    encoder: str
    real_samples: int = 0
    detail: Mapping[str, Any] = field(default_factory=dict)
    range: Range = (None, None)


class UnmeasurableError(Exception):
    """These inputs give a metric no number; the reason is a clause that begins with a verb."""


class About(NamedTuple):
    """What a figure says.

    Attributes:
        better: where better generators lie; ``"real"`` means near what real images score.
        text: a few words for a table.
    """

    better: Literal["lower", "higher", "real"]
    text: str


@dataclass(frozen=True)
class Metric:
    """A registered way to measure.

    Attributes:
        name: what users type.
        measure: Inputs -> figures by name.
        figures: what each of those figures says.
        needs: what the data and the encoder must offer.
        truth: what must be known of the data; None where nothing.
        kinds: names of the kinds of data that it can measure; empty where all.
        least: fewest samples, and fewest training images, that it accepts.
        most: samples that it looks at, at most; None where all.
        cheap: quick enough to be taken during training.
        slow: measured only where it is asked for by name.
        floor: whether held-out real images are measured in the samples' place; else the metric finds what
            real images score by itself.
    """

    name: str
    measure: Callable[[Inputs], dict[str, Measure]]
    figures: Mapping[str, About]
    needs: tuple[Need, ...] = ()
    least: int = 2
    most: int | None = None
    cheap: bool = False
    slow: bool = False
    floor: bool = True
    kinds: tuple[str, ...] = ()
    truth: type[Truth] | None = None

    @property
    def help(self) -> str:
        """The first line of the metric's docstring."""
        return (self.measure.__doc__ or "").strip().split("\n")[0]


metrics: Registry[Metric] = Registry("metric", "saddlepoint.evaluate.metrics")

Measuring = Callable[[Inputs], dict[str, Measure]]


def metric(
    *,
    figures: Mapping[str, About],
    needs: tuple[Need, ...] = (),
    least: int = 2,
    most: int | None = None,
    cheap: bool = False,
    slow: bool = False,
    floor: bool = True,
    kinds: tuple[str, ...] = (),
    truth: type[Truth] | None = None,
) -> Callable[[Measuring], Measuring]:
    """Register a function (Inputs) -> {figure: Measure} as a metric under its own name."""

    def decorate(measure: Measuring) -> Measuring:
        name: str = getattr(measure, "__name__")  # noqa: B009
        metrics.add(name, Metric(name, measure, figures, needs, least, most, cheap, slow, floor, kinds, truth))
        return measure

    return decorate
