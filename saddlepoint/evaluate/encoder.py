"""What turns images into the vectors that statistics are computed on, and the table of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from saddlepoint.compute.threads import map_blocks
from saddlepoint.core.errors import UserError
from saddlepoint.core.progress import Progressing, silent
from saddlepoint.core.registry import Registry, first_line
from saddlepoint.data.dataset import Dataset

BLOCK = 250


class Encoding(NamedTuple):
    """What an encoder says of n images.

    Attributes:
        features: float32 (n, f).
        logits: float32 (n, k) scores of the data's classes, or None.
    """

    features: np.ndarray
    logits: np.ndarray | None


@dataclass(frozen=True)
class Encoder:
    """A fixed function from images to features, with a name that every figure carries.

    Attributes:
        name: short name, for example ``"judge"``.
        hash: 12 hexadecimal digits that change whenever the function does.
        apply: a block of uint8 (n, h, w, c) images, or float32 (n, d) points -> Encoding.
        accuracy: share of the data's test images that ``logits`` classify correctly, or None.
        note: one sentence on what the encoder is, for the card.
        parallel: blocks may be encoded at the same time, each on one thread of its own.
        warning: a sentence that a reader of its figures needs, or "".
    """

    name: str
    hash: str
    apply: Callable[[np.ndarray], Encoding]
    accuracy: float | None = None
    note: str = ""
    parallel: bool = False
    warning: str = ""

    def encode(self, images: np.ndarray) -> Encoding:
        """Encode any number of images in blocks, so that memory stays bounded."""
        parts = [images[start : start + BLOCK] for start in range(0, len(images), BLOCK)]
        blocks = map_blocks(self.apply, parts) if self.parallel else [self.apply(part) for part in parts]
        features = np.concatenate([block.features for block in blocks])
        logits = [block.logits for block in blocks if block.logits is not None]
        return Encoding(features, np.concatenate(logits) if logits else None)

    def features(self, images: np.ndarray) -> np.ndarray:
        """Return float32 (n, f) features of uint8 (n, h, w, c) images."""
        return self.encode(images).features


Build = Callable[[Dataset, Progressing], Encoder]


@dataclass(frozen=True)
class Maker:
    """A registered way to an encoder.

    Attributes:
        name: what users type.
        kinds: names of the kinds of data that it reads.
        build: (data set, who is told how slow work goes) -> Encoder.
    """

    name: str
    kinds: tuple[str, ...]
    build: Build

    def __call__(self, dataset: Dataset, report: Progressing = silent) -> Encoder:
        """Return the encoder, trained or loaded for ``dataset``; raises UserError where it cannot serve it."""
        if dataset.kind not in self.kinds:
            raise UserError(
                f"encoder {self.name!r} does not read {dataset.kind}, which is what {dataset.name!r} holds"
            )
        return self.build(dataset, report)

    @property
    def help(self) -> str:
        """The first line of the docstring."""
        return first_line(self.build)


encoders: Registry[Maker] = Registry("encoder", "saddlepoint.evaluate.encoders")


def encoder(*kinds: str) -> Callable[[Build], Build]:
    """Register a function (Dataset, Report) -> Encoder under its own name, for these kinds of data."""

    def decorate(build: Build) -> Build:
        name: str = getattr(build, "__name__")  # noqa: B009
        encoders.add(name, Maker(name, kinds, build))
        return build

    return decorate


def can_be_judged(dataset: Dataset) -> bool:
    """Say whether a judge can be trained: a classifier of the data's own classes."""
    return bool(dataset.classes) and dataset.kind in encoders.get("judge").kinds
