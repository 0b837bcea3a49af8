"""What a metric is: a function from two sets of encoded images to numbers, and the table of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np

from saddlepoint.core.registry import Registry
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.truth import Truth
from saddlepoint.evaluate.features import Features

Range = tuple[float | None, float | None]  # what a figure can be; None where there is no end
SHARE: Range = (0.0, 1.0)
POSITIVE: Range = (0.0, None)

Need = Literal["logits", "classes", "heldout"]
Known = TypeVar("Known", bound=Truth)


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

    fake: Features
    real: Features
    heldout: Features
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

    def sort(self, features: Features) -> np.ndarray:
        """Return int64 (n,) the data's most likely class of each image; zeros if the encoder knows none."""
        logits = features.logits
        if logits is None or logits.shape[1] != len(self.classes):
            return np.zeros(len(features), np.int64)
        return logits.argmax(axis=1)

    @cached_property
    def pair(self) -> tuple[Features, Features]:
        """(fake, real) cut to the same count, for figures whose value depends on the counts' ratio."""
        count = min(len(self.fake), len(self.real))
        return self.fake.head(count), self.real.head(count)


@dataclass(frozen=True)
class Figure:
    """One number that a metric found, beside what real images score.

    Attributes:
        value: the number; None where the samples only bound it (then ``low`` or ``high`` is set).
        low: lower end of the 95 % interval, or None.
        high: upper end of the 95 % interval, or None.
        samples: samples that it rests on.
        real: the same figure with held-out real images in the samples' place: what perfection scores. A metric
            fills it where it measures them itself (``Metric.floor`` is False).
        encoder: what it was taken in: name and hash of the encoder, or ``"pixels"``, say. A metric leaves it
            empty for the encoder's features.
        real_samples: real images behind ``real``.
        detail: what else is worth keeping, as JSON.
        range: the least and the most that the figure can be, each None where there is no end; a card cuts the
            interval off there.
    """

    value: float | None
    low: float | None
    high: float | None
    samples: int
    real: float | None = None
    encoder: str = ""
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
    measure: Callable[[Inputs], dict[str, Figure]]
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

Measuring = Callable[[Inputs], dict[str, Figure]]


def metric(
    *,
    figures: Mapping[str, About],
    name: str | None = None,
    needs: tuple[Need, ...] = (),
    least: int = 2,
    most: int | None = None,
    cheap: bool = False,
    slow: bool = False,
    floor: bool = True,
    kinds: tuple[str, ...] = (),
    truth: type[Truth] | None = None,
) -> Callable[[Measuring], Measuring]:
    """Register a function (Inputs) -> {name: Figure} as a metric under ``name``, by default its own."""

    def decorate(measure: Measuring) -> Measuring:
        own = name or str(getattr(measure, "__name__"))  # noqa: B009
        metrics.add(own, Metric(own, measure, figures, needs, least, most, cheap, slow, floor, kinds, truth))
        return measure

    return decorate
