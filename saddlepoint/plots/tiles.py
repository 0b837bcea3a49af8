"""Filters, feature maps and gradients as small tiles, a trained network's beside an untrained one's."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image

from saddlepoint.plots.collage import PAPER, SPACE, beside, caption, framed, stacked
from saddlepoint.plots.grid import GAP, grid

COLUMNS, TILES = 6, 12  # of a block of tiles: in a row, and in all
MIDDLE = 4 * SPACE  # pixels between the two networks
SIDE = 56  # pixels of a tile, as nearly as a whole multiple of the image's side allows


class Row(NamedTuple):
    """One layer, or one feature, of a trained and an untrained network.

    Attributes:
        title: what it is.
        blocks: uint8 (m, h, w, c) tiles, two blocks of the trained network and two of the other; None for a
            block with nothing to show. All None makes a line of text.
    """

    title: str
    blocks: tuple[np.ndarray | None, np.ndarray | None, np.ndarray | None, np.ndarray | None]


class Section(NamedTuple):
    """Rows under a heading.

    Attributes:
        heading: what they show.
        columns: what the two blocks of a network are.
        rows: the rows.
    """

    heading: str
    columns: tuple[str, str]
    rows: Sequence[Row]


def layers_picture(
    title: str, networks: tuple[str, str], sections: Sequence[Section], size: int
) -> Image.Image:
    """Draw sections of rows: a trained network at the left, an untrained one at the right.

    Args:
        title: one line above everything.
        networks: names of the trained and the untrained network.
        sections: what to draw.
        size: side of the networks' images in pixels.
    """
    side = size * max(1, round(SIDE / size)) if size <= 2 * SIDE else SIDE
    width = COLUMNS * (side + GAP) - GAP
    whole = 4 * width + 2 * SPACE + MIDDLE
    parts = [caption(whole, title, size=20)]
    for section in sections:
        parts.append(caption(whole, section.heading, size=17))
        columns = _columns(section)
        if columns:
            wide = 2 * width + SPACE if len(columns) == 1 else width
            heads = [
                [caption(wide, f"{network}: {column}", size=13) for column in columns] for network in networks
            ]
            parts.append(beside([beside(half) for half in heads], gap=MIDDLE))
        for row in section.rows:
            kinds, title = _kinds(row), row.title
            if len(kinds) == 1 and len(columns) > 1 and _has_many(row):
                title += f"; {section.columns[kinds[0]]} alone"
            parts.append(stacked([caption(whole, title, size=12), *_shown(row, kinds, side, width)], gap=0))
    return framed(stacked(parts, gap=4))


def signed(x: np.ndarray) -> np.ndarray:
    """Map floats (m, h, w, c) to uint8: 0 to middle grey, each tile's largest magnitude to black or white."""
    peak = np.abs(x).max(axis=(1, 2, 3), keepdims=True)
    return np.rint(127.5 + 127.5 * x / np.where(peak > 0, peak, 1)).astype(np.uint8)


def bright(x: np.ndarray) -> np.ndarray:
    """Map floats (m, h, w, c) to uint8: each tile's least to black, its greatest to white; constants: black."""
    low, high = (f(x, axis=(1, 2, 3), keepdims=True) for f in (np.min, np.max))
    return np.rint(255 * (x - low) / np.where(high > low, high - low, 1)).astype(np.uint8)


def _halves(pictures: Sequence[Image.Image]) -> Image.Image:
    return beside([beside(pictures[:2]), beside(pictures[2:])], gap=MIDDLE)


def _columns(section: Section) -> list[str]:
    """Return the headings that something stands below; a single tile, as of an input, is named by its row."""
    shown = [kinds for row in section.rows if len(kinds := _kinds(row)) > 1 or _has_many(row)]
    return [name for kind, name in enumerate(section.columns) if any(kind in kinds for kinds in shown)]


def _has_many(row: Row) -> bool:
    return any(tiles is not None and len(tiles) > 1 for tiles in row.blocks)


def _kinds(row: Row) -> list[int]:
    """Return which of a network's two blocks there is anything to show in."""
    return [kind for kind in (0, 1) if row.blocks[kind] is not None or row.blocks[kind + 2] is not None]


def _shown(row: Row, kinds: list[int], side: int, width: int) -> list[Image.Image]:
    """Return the picture of a row, or nothing; a kind of block that neither network has leaves no blank."""
    if not kinds:
        return []
    if len(kinds) == 1:
        wide, columns = 2 * width + SPACE, 2 * COLUMNS
        halves = [_block(row.blocks[half + kinds[0]], side, wide, columns) for half in (0, 2)]
        return [beside(halves, gap=MIDDLE)]
    tall = any(tiles is not None and len(tiles) > COLUMNS for tiles in row.blocks)
    alone = 2 * side + GAP if tall else side  # a single tile is as high as two rows of others
    return [
        _halves(
            [_block(x, alone if x is not None and len(x) == 1 else side, width, COLUMNS) for x in row.blocks]
        )
    ]


def _block(tiles: np.ndarray | None, side: int, width: int, columns: int) -> Image.Image:
    if tiles is None:
        return Image.new("RGB", (width, 1), PAPER)
    return _widened(
        grid(np.stack([_resized(tile, side) for tile in tiles[:TILES]]), columns=columns, scale=1), width
    )


def _widened(picture: Image.Image, width: int) -> Image.Image:
    sheet = Image.new("RGB", (width, picture.height), PAPER)
    sheet.paste(picture, (0, 0))
    return sheet


def _resized(tile: np.ndarray, side: int) -> np.ndarray:
    """Return a tile as RGB of ``side`` pixels; oblong ones are stretched."""
    rgb = np.broadcast_to(tile, (*tile.shape[:2], 3))
    how = Image.Resampling.NEAREST if max(tile.shape[:2]) <= side else Image.Resampling.BOX
    return np.asarray(Image.fromarray(rgb.copy()).resize((side, side), how))
