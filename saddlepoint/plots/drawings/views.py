"""Views: pictures over the normals of what they show."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from saddlepoint.plots.drawing import drawings
from saddlepoint.plots.drawings.images import Images


class Views(Images):
    """A grid of uint8 (n, 2, h, w, c) views, each a picture with its normals below, as one image."""

    def samples(self, samples: np.ndarray, behind: Any = None, *, title: str = "") -> Image.Image:
        """Draw a grid about as wide as it is high."""
        return super().samples(_joined(samples), behind, title=title)

    def small(self, samples: np.ndarray, behind: Any = None, *, title: str = "") -> Image.Image:
        """Draw a square grid with gaps that let the page through."""
        return super().small(_joined(samples), behind, title=title)

    def walks(self, walks: np.ndarray, behind: Any = None, *, title: str = "") -> Image.Image:
        """Draw a walk a row."""
        return super().walks(_joined(walks), behind, title=title)

    def frames(self, walks: np.ndarray, behind: Any = None, *, title: str = "") -> list[Image.Image]:
        """Draw a grid a step."""
        return super().frames(_joined(walks), behind, title=title)

    def traversal(
        self, samples: np.ndarray, code: str, values: Sequence[str], behind: Any = None, *, title: str = ""
    ) -> Image.Image:
        """Draw a row for each value."""
        return super().traversal(_joined(samples), code, values, behind, title=title)

    def save_each(
        self, folder: Path, samples: np.ndarray, text: dict[str, str], *, classes: Sequence[str] = ()
    ) -> None:
        """Write a PNG a view."""
        super().save_each(folder, _joined(samples), text, classes=classes)


def _joined(views: np.ndarray) -> np.ndarray:
    """Return (..., 2h, w, c) images of (..., 2, h, w, c) views."""
    *leading, _, height, width, channels = views.shape
    return views.reshape(*leading, 2 * height, width, channels)


drawings.add("views", Views)
