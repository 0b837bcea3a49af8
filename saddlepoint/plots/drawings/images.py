"""Images, in grids."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from saddlepoint.plots.collage import rows_named, titled
from saddlepoint.plots.drawing import Drawing, drawings
from saddlepoint.plots.grid import grid, save_images, tile_scale

MOST, PIXELS = 36, 500_000  # of a grid on a page: images, and their pixels in all
SIDE = 32  # pixels, of an image on a page, as nearly as whole factors allow


class Images(Drawing):
    """A grid of uint8 (n, h, w, c) images; a walk is a row, and so is a code's value."""

    def samples(self, samples: np.ndarray, behind: Any = None, *, title: str = "") -> Image.Image:
        """Draw a grid about as wide as it is high."""
        return grid(samples)

    def on_page(self) -> int:
        """Return a square number that keeps the page small."""
        height, width = self.of.shape[-3:-1]
        side = math.isqrt(max(4, min(MOST, PIXELS // (height * width))))
        return side * side

    def small(self, samples: np.ndarray, behind: Any = None, *, title: str = "") -> Image.Image:
        """Draw a square grid with gaps that let the page through, hardly larger than the images themselves."""
        colour = samples if samples.shape[-1] == 3 else samples[..., :1].repeat(3, axis=3)
        opaque = np.full((*samples.shape[:3], 1), 255, np.uint8)
        scale = max(1, round(SIDE / samples.shape[1]))
        return grid(np.concatenate([colour, opaque], axis=3), columns=math.isqrt(len(samples)), scale=scale)

    def walks(self, walks: np.ndarray, behind: Any = None, *, title: str = "") -> Image.Image:
        """Draw a walk a row."""
        return _rows(walks)

    def frames(self, walks: np.ndarray, behind: Any = None, *, title: str = "") -> list[Image.Image]:
        """Draw a grid a step."""
        scale = tile_scale(walks.shape[-2])
        return [grid(step, scale=scale) for step in np.moveaxis(walks, 1, 0)]

    def traversal(
        self, samples: np.ndarray, code: str, values: Sequence[str], behind: Any = None, *, title: str = ""
    ) -> Image.Image:
        """Draw a row for each value."""
        flat = samples.reshape(-1, *samples.shape[2:])
        picture = rows_named(grid(flat, columns=samples.shape[1]), values)
        return titled(f"{code}: a row for each of its values, a column for each latent", picture)

    def save_each(
        self, folder: Path, samples: np.ndarray, text: dict[str, str], *, classes: Sequence[str] = ()
    ) -> None:
        """Write a PNG an image."""
        save_images(folder, samples, text, classes=classes)


def _rows(walks: np.ndarray) -> Image.Image:
    flat = walks.reshape(-1, *walks.shape[2:])
    return grid(flat, columns=walks.shape[1], scale=tile_scale(walks.shape[-2]))


drawings.add("images", Images)
