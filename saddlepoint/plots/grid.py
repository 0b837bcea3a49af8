"""Many images in one picture, and one file an image."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from saddlepoint.plots.numbered import save_numbered
from saddlepoint.plots.png import png_bytes

GAP = 2  # pixels between two images, whatever their scale
COMFORTABLE = 700  # longer side of a picture in pixels, as nearly as whole factors allow
LARGEST_SCALE = 16


def grid(images: np.ndarray, *, columns: int | None = None, scale: int | None = None) -> Image.Image:
    """Arrange images row by row in one picture, with a thin white (RGBA: transparent) gap between them.

    Args:
        images: (n, h, w, c) uint8 with n of at least 1; c is 1 (grey), 3 (RGB) or 4 (RGBA).
        columns: images in a row; by default about as many as there are rows.
        scale: whole factor by which every pixel is enlarged; by default the picture's longer side comes
            close to 700 pixels, and images that are larger already stay as they are.

    Returns:
        A picture of columns·w·scale + (columns − 1)·2 by rows·h·scale + (rows − 1)·2 pixels.

    Raises:
        ValueError: images of another shape or type, or columns or scale below 1.
    """
    images = _checked(images)
    n, h, w, c = images.shape
    columns = _columns(n) if columns is None else columns
    if columns < 1:
        raise ValueError(f"a grid needs at least 1 column, not {columns}")
    columns = min(columns, n)
    rows = math.ceil(n / columns)
    scale = _scale(max(columns * w, rows * h)) if scale is None else scale
    if scale < 1:
        raise ValueError(f"scale must be a whole number of at least 1, not {scale}")

    large = images.repeat(scale, axis=1).repeat(scale, axis=2)
    h, w = h * scale, w * scale
    canvas = np.full((rows * (h + GAP) - GAP, columns * (w + GAP) - GAP, c), 255, np.uint8)
    if c == 4:
        canvas[..., 3] = 0
    for i, image in enumerate(large):
        top, left = i // columns * (h + GAP), i % columns * (w + GAP)
        canvas[top : top + h, left : left + w] = image
    return _picture(canvas)


def save_images(
    folder: str | Path,
    images: np.ndarray,
    text: Mapping[str, str] | None = None,
    *,
    classes: Sequence[str] = (),
) -> None:
    """Write one PNG an image as ``00000.png``, ``00001.png``, ...; the folder appears whole or not at all.

    Args:
        folder: as for ``save_numbered``.
        images: (n, h, w, c) uint8 as in ``grid``; pixels are written as they are, not enlarged.
        text: text chunks of every file; ``index`` is added.
        classes: of each image, where they have some: ``00000-cat.png``, with ``class`` among the chunks.

    Raises:
        ValueError: images of another shape or type.
        UserError: the folder holds files, or is one.
    """
    images = _checked(images)
    texts: list[dict[str, str]] = [{**(text or {}), "index": str(index)} for index in range(len(images))]
    if classes:
        texts = [{**own, "class": name} for own, name in zip(texts, classes, strict=True)]
    contents = (png_bytes(_picture(image), own) for image, own in zip(images, texts, strict=True))
    save_numbered(folder, contents, ".png", classes=classes)


def _checked(images: np.ndarray) -> np.ndarray:
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[-1] not in (1, 3, 4) or 0 in images.shape:
        raise ValueError(
            f"images must have the shape (n, h, w, c) with n, h, w of at least 1 and c of 1, 3 or 4, "
            f"not {images.shape}"
        )
    if images.dtype != np.uint8:
        raise ValueError(f"images must be uint8 in 0..255, not {images.dtype}")
    return images


def _columns(n: int) -> int:
    square = math.ceil(math.sqrt(n))
    # A slightly wider grid without empty cells looks better than a square one with some.
    full = [columns for columns in range(square, square * 3 // 2 + 1) if n % columns == 0]
    return full[0] if full else square


def tile_scale(side: int) -> int:
    """Return the factor by which images of ``side`` pixels are enlarged in a grid of 64."""
    return _scale(8 * side)


def _scale(side: int) -> int:
    return min(LARGEST_SCALE, max(1, round(COMFORTABLE / side)))


def _picture(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
