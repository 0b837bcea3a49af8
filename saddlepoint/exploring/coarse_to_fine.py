"""How samples come to be, level by level."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.exploring.output import drawn_with, needs_kind, word_scale
from saddlepoint.plots.collage import beside, framed, titled
from saddlepoint.plots.grid import grid
from saddlepoint.runs.model import Model
from saddlepoint.runs.output import picture_path, provenance, save_picture
from saddlepoint.sampling.samples import render_levels

if TYPE_CHECKING:
    from PIL import Image

SAMPLES = 8


def levels(
    run: Model,
    n: int = SAMPLES,
    *,
    seed: int = 0,
    label: int | str | None = None,
    truncation: float = 1.0,
) -> dict[str, np.ndarray]:
    """Draw samples with the images through which each comes to be, the samples themselves last.

    Args:
        run: whose weights to use.
        n: number of samples: the first ones of ``seed``.
        seed: seed of the latents.
        label: class by name or label, for conditional recipes.
        truncation: as for :meth:`Model.sample`.

    Returns:
        By name uint8 (n, h, w, c) images of one side each. What may be negative, as a band, lies around grey.

    Raises:
        UserError: the recipe's samples have no levels, or as for :meth:`Model.sample`.
    """
    needs_kind(run, "levels", ("images",))
    found = render_levels(run.family, run.latents(n, seed, label, truncation))
    if not found:
        raise UserError(f"samples of recipe {run.config['recipe']!r} come at once; those of lapgan have levels")
    return {name: run.to_array(images) for name, images in found.items()}


def save_levels(run: Model, out: Path, n: int = SAMPLES, *, seed: int = 0, **settings: Any) -> Path:
    """Write :func:`levels` to ``out``: ``.png`` with a sample a row, ``.npy`` (n, levels, s, s, c); return it.

    Coarse images are enlarged to the side of the finest, pixel by pixel.
    """
    out = picture_path(out)
    found = levels(run, n, seed=seed, **settings)
    side = max(images.shape[1] for images in found.values())
    array = np.stack([_enlarged(images, side) for images in found.values()], 1)

    def picture() -> "Image.Image":
        columns = [grid(array[:, i], columns=1, scale=word_scale(array)) for i in range(len(found))]
        return framed(beside([titled(*pair, size=13) for pair in zip(found, columns, strict=True)]))

    text = provenance(run, seed=seed, **drawn_with(settings)) | {"levels": ", ".join(found)}
    return save_picture(out, array, picture, text)


def _enlarged(images: np.ndarray, side: int) -> np.ndarray:
    """Repeat the pixels of (n, s, s, c) images until they have ``side`` pixels."""
    rows = np.arange(side) * images.shape[1] // side
    return images[:, rows][:, :, rows]
