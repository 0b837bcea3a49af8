"""Images stacked of others, one a channel, whose classes are known."""

from dataclasses import dataclass
from typing import ClassVar

from saddlepoint.data.dataset import Dataset
from saddlepoint.data.truth import Truth


@dataclass(frozen=True)
class Channels(Truth):
    """Every channel is an image of another data set.

    Attributes:
        images: the labelled grey images that they are drawn from.
    """

    images: Dataset

    lacking: ClassVar[str] = "needs images with a known digit in each channel, for example stacked_digits"
