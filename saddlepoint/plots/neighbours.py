"""Samples over the real images that they resemble most."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image

from saddlepoint.plots.canvas import FAINT
from saddlepoint.plots.collage import (
    PAPER,
    beside,
    caption,
    caption_width,
    framed,
    opaque,
    resized,
    stacked,
    subtitled,
    titled,
)

CELL, SPACE = 64, 8  # pixels: an image's side, and the distance to the next one
HEADING, TEXT = 16, 12  # pixels: height of letters


class Strip(NamedTuple):
    """A row of images of one kind.

    Attributes:
        name: written to the left.
        images: (n, h, w, c) uint8.
        below: a short text under each image; none where empty.
    """

    name: str
    images: np.ndarray
    below: Sequence[str] = ()


class Block(NamedTuple):
    """Strips that belong together, column by column, under a heading."""

    heading: str
    strips: Sequence[Strip]


def neighbours_image(blocks: Sequence[Block], *, note: str = "") -> Image.Image:
    """Draw strips of small images one over the other, so that a column shows what is alike.

    Args:
        blocks: from top to bottom.
        note: a line at the bottom.

    Returns:
        RGB on white.
    """
    margin = max(caption_width(strip.name, size=TEXT) for block in blocks for strip in block.strips)
    parts = []
    for block in blocks:
        strips = stacked([_row(strip, margin) for strip in block.strips], gap=SPACE)
        width = caption_width(block.heading, size=HEADING)
        parts.append(titled(block.heading, strips, size=HEADING, width=width))
    if note:
        parts.append(caption(caption_width(note, size=TEXT), note, size=TEXT, colour=FAINT))
    return framed(stacked(parts, gap=2 * SPACE), SPACE)


def _row(strip: Strip, margin: int) -> Image.Image:
    """Draw a strip's name in ``margin`` pixels, and its images to the right of it."""
    cells = [_cell(image) for image in strip.images]
    name = Image.new("RGB", (margin, cells[0].height), PAPER)
    line = caption(margin, strip.name, size=TEXT, colour=FAINT)
    name.paste(line, (0, (name.height - line.height) // 2))
    if strip.below:
        cells = [subtitled(*cell, size=TEXT, colour=FAINT) for cell in zip(cells, strip.below, strict=True)]
    return beside([name, *cells], gap=SPACE)


def _cell(image: np.ndarray) -> Image.Image:
    return resized(opaque(Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)), CELL)
