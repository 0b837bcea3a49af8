"""Pictures beside a score card: what its figures of classes, copies and features rest on."""

from typing import Any

import numpy as np
from PIL import Image

from saddlepoint.data.mixture import Mixture
from saddlepoint.evaluate import Card, Inputs
from saddlepoint.evaluate.distances import nearest
from saddlepoint.evaluate.features import SIDE
from saddlepoint.evaluate.statistics import of_share
from saddlepoint.plots.histogram import histogram_image
from saddlepoint.plots.neighbours import Block, Strip, neighbours_image
from saddlepoint.plots.scatter import points_image

KINDS = ("images",)  # whose neighbours can be told by eye
SEARCHED, SHOWN, SCATTERED = 1_000, 12, 2_000


def draw_card(card: Card, inputs: Inputs) -> dict[str, Image.Image]:
    """Draw what fits the data: ``classes``, ``neighbours`` and ``features``.

    Args:
        card: the figures.
        inputs: what they were computed from.
    """
    pictures = {}
    if "classes" in card.figures:
        pictures["classes"] = _classes(card)
    if inputs.dataset.kind in KINDS:
        pictures["neighbours"] = _neighbours(inputs)
    pictures["features"] = _features(card, inputs)
    return pictures


def _features(card: Card, inputs: Inputs) -> Image.Image:
    fake, real = inputs.fake.head(SCATTERED), inputs.real.head(SCATTERED)
    if not np.array_equal(fake.features, fake.pixels):
        return points_image(fake.features, real.features, title=f"features: {card.encoder['name']}")
    modes: dict[str, Any] = {}
    if isinstance(truth := inputs.dataset.truth, Mixture):
        modes = {"modes": truth.centres, "reach": 3 * truth.sigma}
    return points_image(fake.features, real.features, title=card.data["name"], **modes)


def _classes(card: Card) -> Image.Image:
    figure = card["classes"]
    counts, total = figure.detail["counts"], figure.samples
    low, high = np.array([of_share(count, total) for count in counts]).T
    data = np.array(figure.detail["data"])
    title = f"Classes of {total:,} samples, by {card.judged_by}"
    shares = np.array(counts) / total
    return histogram_image(figure.detail["names"], shares, data, low=low, high=high, title=title)


def _neighbours(inputs: Inputs) -> Image.Image:
    """Show the samples that a training image suspiciously resembles, and some that were not chosen.

    Suspicious is a sample that is much nearer to a training image than to any held-out one: a plain image is
    near to many real ones of either kind.
    """
    fake = inputs.fake.head(SEARCHED).pixels  # samples are in random order
    in_train, to_train = nearest(fake, inputs.real.pixels)
    held = inputs.heldout.pixels if len(inputs.heldout) else None
    in_held, to_held = (None, np.ones(len(fake))) if held is None else nearest(fake, held)
    chosen = np.argsort(to_train / np.maximum(to_held, 1e-9), kind="stable")[:SHOWN]

    def block(heading: str, rows: np.ndarray) -> Block:
        strips = [
            Strip("sample", _images(fake[rows], inputs)),
            _strip("nearest training image", inputs.real.pixels, in_train[rows], to_train[rows], inputs),
        ]
        if in_held is not None and held is not None:
            strips.append(_strip("nearest held-out image", held, in_held[rows], to_held[rows], inputs))
        return Block(heading, strips)

    of = f"{len(fake):,} of {len(inputs.fake):,}" if len(fake) < len(inputs.fake) else f"{len(fake):,}"
    than = "" if held is None else ", measured by how near a held-out one is"
    return neighbours_image(
        [
            block(f"Of {of} samples those nearest to a training image{than}", chosen),
            block("Samples as they came", np.arange(min(SHOWN, len(fake)))),
        ],
        note="Numbers: root mean square difference of pixels, of 255 levels.",
    )


def _strip(name: str, pixels: np.ndarray, index: np.ndarray, distance: np.ndarray, inputs: Inputs) -> Strip:
    levels = distance / np.sqrt(pixels.shape[1])
    return Strip(name, _images(pixels[index], inputs), [f"{level:.0f}" for level in levels])


def _images(pixels: np.ndarray, inputs: Inputs) -> np.ndarray:
    """Return flat thumbnails (n, p) as images (n, h, w, c)."""
    height, width, channels = inputs.dataset.shape
    return pixels.reshape(len(pixels), min(height, SIDE), min(width, SIDE), channels)
