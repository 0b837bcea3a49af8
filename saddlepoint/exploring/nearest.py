"""The training images nearest to samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.progress import Progressing, silent
from saddlepoint.core.words import brief
from saddlepoint.evaluate.distances import nearest_few
from saddlepoint.evaluate.encoders.find import find_encoder
from saddlepoint.evaluate.features import real_features, thumbnails, training_order
from saddlepoint.exploring.output import drawn_with, needs_kind, word_scale
from saddlepoint.plots.collage import beside, framed, stacked, subtitled, titled
from saddlepoint.plots.grid import GAP, grid
from saddlepoint.runs.model import Model
from saddlepoint.runs.output import picture_path, provenance, save_picture

if TYPE_CHECKING:
    from PIL import Image

KINDS = ("images",)  # whose neighbours can be told by eye
SAMPLES, NEAREST = 8, 5
WORDS = 520  # pixels that the heading over neighbours takes


@dataclass(frozen=True)
class Neighbours:
    """Samples and the training images nearest to them.

    Attributes:
        samples: uint8 (n, h, w, c).
        images: uint8 (n, k, h, w, c) training images, the nearest first.
        index: (n, k) their positions in the training split.
        distance: (n, k) Euclidean distances in ``space``.
        space: what they were measured in, in words.
        searched: number of training images that were compared, drawn at random where there are more.
        of: number of training images.
    """

    samples: np.ndarray
    images: np.ndarray
    index: np.ndarray
    distance: np.ndarray
    space: str
    searched: int
    of: int


def neighbours(
    run: Model,
    n: int = SAMPLES,
    *,
    k: int = NEAREST,
    seed: int = 0,
    label: int | str | None = None,
    truncation: float = 1.0,
    encoder: str | None = None,
    report: Progressing = silent,
) -> Neighbours:
    """Find the training images nearest to samples, which shows whether the generator copies.

    Args:
        run: whose weights to use.
        n: number of samples.
        k: training images a sample.
        seed: seed of the latents.
        label: class by name or label, for conditional recipes.
        truncation: as for :meth:`Model.sample`.
        encoder: measure in the features of this encoder instead of in pixels, which are shrunk to 32×32 where
            there are more. Pixels find copies; features find what looks alike.
        report: told how slow work goes.

    Returns:
        The nearest of at most 60,000 training images.

    Raises:
        UserError: the run is one of points, its data cannot be read, or the encoder does not fit them.
    """
    needs_kind(run, "neighbours", KINDS)
    samples = run.sample(n, seed, label, truncation)
    data = run.data()
    order = training_order(data)
    if k < 1 or k > len(order):
        raise UserError(f"k must be from 1 to the {len(order)} training images, got {k}")
    if encoder is None:
        index, distance = nearest_few(thumbnails(samples), thumbnails(data.train.take(order)[0]), k)
        measured = "pixels"
    else:
        chosen = find_encoder(encoder, data, report)
        index, distance = nearest_few(
            chosen.features(samples), real_features(data, chosen, report)[0].features, k
        )
        measured = f"features of {chosen.name}"
    index = order[index]
    images = np.stack([data.train.take(row)[0] for row in index])
    return Neighbours(samples, images, index, distance, measured, len(order), len(data.train))


def save_neighbours(run: Model, out: Path, n: int = SAMPLES, *, seed: int = 0, **settings: Any) -> Path:
    """Write :func:`neighbours` to ``out``: ``.png``, or ``.npy`` (n, 1 + k, ...), sample first; return it."""
    out = picture_path(out)
    found = neighbours(run, n, seed=seed, **settings)
    text = provenance(run, seed=seed, **drawn_with(settings)) | {"neighbours": f"in {found.space}"}
    if settings.get("label") is None and (classes := run.class_names(n, seed)):
        text["classes"] = ", ".join(classes)
    array = np.concatenate([found.samples[:, None], found.images], 1)
    return save_picture(out, array, lambda: _pairs(found), text)


def _pairs(found: Neighbours) -> "Image.Image":
    scale = word_scale(found.samples)

    def row(images: np.ndarray, words: Sequence[str]) -> "Image.Image":
        tiles = [grid(image[None], scale=scale) for image in images]
        cells = zip(tiles, words, strict=True)
        return beside([subtitled(tile, text) for tile, text in cells], gap=GAP)

    left = titled("sample", stacked([row(one[None], [""]) for one in found.samples], gap=GAP), size=13)
    near = [
        row(images, [brief(one) for one in distance])
        for images, distance in zip(found.images, found.distance, strict=True)
    ]
    of = f"{found.searched:,}" if found.searched == found.of else f"{found.searched:,} of {found.of:,}"
    words = f"nearest of {of} training images, and their distances in {found.space}"
    return framed(beside([left, titled(words, stacked(near, gap=GAP), size=13, width=WORDS)]))
