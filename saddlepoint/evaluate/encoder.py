"""What turns images into the vectors that statistics are computed on, and the table of them."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from saddlepoint.compute.threads import map_blocks
from saddlepoint.core.errors import UserError
from saddlepoint.core.registry import Registry
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.request import Report, silent
from saddlepoint.evaluate.interval import of_share

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


Build = Callable[[Dataset, Report], Encoder]

encoders: Registry[Build] = Registry("encoder", "saddlepoint.evaluate.encoders")


def find_encoder(name: str | Encoder | None, dataset: Dataset, report: Report = silent) -> Encoder:
    """Return the encoder called ``name``, trained or loaded for ``dataset``.

    Args:
        name: a registered name, an import path ``package.module:callable``, or an Encoder to use as it is.
            None chooses: ``points`` for points, ``judge`` for labelled images, else ``patches``.
        dataset: the data that the encoder is fitted to where it is one that learns.
        report: told how slow work goes.

    Raises:
        UserError: there is no such encoder, or it cannot serve these data.
    """
    if isinstance(name, Encoder):
        return name
    if name is None:
        return _usual(dataset, report)
    if ":" in name:
        from saddlepoint.evaluate.encoders._imported import imported_encoder

        return imported_encoder(name)
    make = encoders.get(name)
    if (dataset.kind == "points") != (name == "points"):
        raise UserError(f"encoder {name!r} does not read {dataset.kind}, which is what {dataset.name!r} holds")
    return make(dataset, report)


def _usual(dataset: Dataset, report: Report) -> Encoder:
    """Return the encoder that is used where none is named; a judge that guesses is not."""
    if dataset.kind == "points" or not dataset.classes:
        return encoders.get("points" if dataset.kind == "points" else "patches")(dataset, report)
    judge = encoders.get("judge")(dataset, report)
    test = dataset.splits.get("test", dataset.train)
    label = test.labels(np.arange(len(test)))
    if judge.accuracy is None or label is None:
        return judge
    common, right = np.bincount(label).max() / len(test), round(judge.accuracy * len(test))
    if of_share(right, len(test))[0] > common:
        return judge
    warning = (
        f"The judge of these classes names {right} of {len(test)} test images rightly, which guessing might do "
        "as well; patches are compared instead."
    )
    return replace(encoders.get("patches")(dataset, report), warning=warning)


def digest(parts: Iterable[bytes]) -> str:
    """Return the first 12 hexadecimal digits of the SHA-256 of ``parts``."""
    sha = hashlib.sha256()
    for part in parts:
        sha.update(part)
    return sha.hexdigest()[:12]
