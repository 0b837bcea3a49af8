"""Samples over the real images that they resemble most."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from saddlepoint.plots.caption import INK, PAPER
from saddlepoint.plots.frames import opaque, resized

CELL, SPACE, MARGIN = 64, 8, 16  # pixels
NAMES = 150
FAINT = (107, 114, 128)


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
    large, small = ImageFont.load_default(16), ImageFont.load_default(12)
    columns = max(len(strip.images) for block in blocks for strip in block.strips)
    cells = [[_cell(image) for image in strip.images] for block in blocks for strip in block.strips]
    side = max(cell.height for row in cells for cell in row)
    width = 2 * MARGIN + NAMES + columns * (side + SPACE) - SPACE
    rows = iter(cells)
    page = Image.new("RGB", (width, 4000), PAPER)
    draw = ImageDraw.Draw(page)
    y = MARGIN
    for block in blocks:
        draw.text((MARGIN, y), block.heading, INK, large)
        y += 30
        for strip in block.strips:
            draw.text((MARGIN, y + side / 2), strip.name, FAINT, small, "lm")
            for i, cell in enumerate(next(rows)):
                x = MARGIN + NAMES + i * (side + SPACE)
                page.paste(cell, (x, y))
                if strip.below:
                    draw.text((x + side / 2, y + side + 3), strip.below[i], FAINT, small, "ma")
            y += side + (24 if strip.below else SPACE)
        y += 14
    if note:
        draw.text((MARGIN, y), note, FAINT, small)
        y += 18
    return page.crop((0, 0, width, y + MARGIN // 2))


def _cell(image: np.ndarray) -> Image.Image:
    return resized(opaque(Image.fromarray(image[..., 0] if image.shape[-1] == 1 else image)), CELL)
