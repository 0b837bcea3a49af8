"""Pictures of any size made larger by a run, piece by piece and without seams."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from saddlepoint.core.errors import UserError, reason
from saddlepoint.core.kinds import to_floats, to_uint8
from saddlepoint.core.progress import Progressing, silent
from saddlepoint.core.protocol import Enlarger
from saddlepoint.data.files.formats import formats
from saddlepoint.exploring.output import needs_kind
from saddlepoint.exploring.pictures import pictures
from saddlepoint.networks.super_resolution import enlarge
from saddlepoint.plots.collage import beside, framed, opaque, stacked, titled
from saddlepoint.plots.png import save_png
from saddlepoint.runs.model import Model
from saddlepoint.runs.output import provenance, writing
from saddlepoint.sampling.samples import evaluating

TILE = 128  # pixels of the small picture that are enlarged at a time
SHOWN, WINDOW = 6, 48  # pictures beside their bicubic enlargement, and pixels of the small one that are shown
HEIGHT = 288  # pixels of one shown, about


class Upscaled(NamedTuple):
    """A picture, and the same made larger.

    Attributes:
        small: uint8 (h, w, c), as the run was given it.
        bicubic: uint8 (scale·h, scale·w, c), by a bicubic filter.
        large: the same, by the run.
    """

    small: np.ndarray
    bicubic: np.ndarray
    large: np.ndarray


def upscale(run: Model, picture: Image.Image) -> Upscaled:
    """Make a picture of any size larger.

    Args:
        run: of a recipe that enlarges images.
        picture: of any mode; transparent parts are put on white, and colours are dropped where the run was
            trained on grey images.

    Raises:
        UserError: the recipe does not enlarge images.
    """
    enlarger = run.enlarger()
    needs_kind(run, "upscale", ("images",))
    grey = run.config["data"]["shape"][-1] == 1
    small = np.asarray(opaque(picture).convert("L" if grey else "RGB"))
    small = small[..., None] if grey else small
    span = run.range
    x = to_floats(torch.from_numpy(small[None].copy()), span)
    with torch.no_grad(), evaluating(run.family, None):
        large, plain = in_tiles(enlarger, x), enlarge(x, enlarger.scale)
    return Upscaled(small, to_uint8(plain, span)[0], to_uint8(large, span)[0])


def in_tiles(enlarger: Enlarger, image: Tensor, tile: int = TILE) -> Tensor:
    """Enlarge (n, c, h, w) images in tiles of ``tile`` pixels, each with all around it that it depends on."""
    scale, reach = enlarger.scale, enlarger.reach
    n, c, h, w = image.shape
    large = image.new_empty(n, c, scale * h, scale * w)
    for top in range(0, h, tile):
        for left in range(0, w, tile):
            bottom, right = min(top + tile, h), min(left + tile, w)
            above, before = max(0, top - reach), max(0, left - reach)
            part = enlarger.enlarge(image[..., above : bottom + reach, before : right + reach])
            y, x = scale * (top - above), scale * (left - before)
            rows, columns = scale * (bottom - top), scale * (right - left)
            large[..., scale * top : scale * bottom, scale * left : scale * right] = part[
                ..., y : y + rows, x : x + columns
            ]
    return large


def save_upscaled(
    run: Model, source: Path, out: Path | None = None, *, report: Progressing = silent
) -> list[Path]:
    """Make a picture, or all pictures of a folder, larger; return the files, the last one to look at.

    Each becomes ``NAME-x4.png``; ``beside-bicubic.png`` shows the middle of the first six, small, enlarged by a
    bicubic filter and by the run.

    Args:
        run: of a recipe that enlarges images.
        source: a file, or a folder of files; what in it is no picture is left out.
        out: folder of the results; by default ``upscaled`` in the run's.
        report: told how it goes.

    Raises:
        UserError: there is no picture, it cannot be read, or the results cannot be written.
    """
    scale = run.enlarger().scale
    files = pictures(source)
    folder = run.path / "upscaled" if out is None else out
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file; --out names the folder of the results")
    paths, shown = [], []
    stems = Counter(file.stem for file in files)
    for index, file in enumerate(files):
        report(f"enlarging {file.name}", index, len(files))
        found = upscale(run, _read(file))
        paths.append(folder / f"{file.stem if stems[file.stem] == 1 else file.name}-x{scale}.png")
        with writing(paths[-1]):
            save_png(paths[-1], _image(found.large), text=provenance(run, seed=0) | {"picture": file.name})
        if len(shown) < SHOWN:
            shown.append((file.name, _middle(found)))
    paths.append(folder / "beside-bicubic.png")
    save_png(paths[-1], beside_bicubic(shown), text=provenance(run, seed=0))
    return paths


def beside_bicubic(shown: Sequence[tuple[str, Upscaled]]) -> Image.Image:
    """Draw the middles of pictures: small, enlarged by a bicubic filter, and by the run, a picture a row."""
    rows = []
    for name, found in shown:
        small, bicubic, large = _middle(found)
        scale = len(large) // len(small)
        factor = max(1, HEIGHT // (scale * max(small.shape[:2])))
        cells = [(name, small, scale * factor), ("bicubic", bicubic, factor), ("the run", large, factor)]
        rows.append(beside([titled(title, _enlarged(cell, times), size=13) for title, cell, times in cells]))
    return framed(stacked(rows))


def _middle(found: Upscaled) -> Upscaled:
    """Return copies of what is shown of a picture: the whole of a large one would stay in memory."""
    scale = len(found.large) // len(found.small)
    h, w = (min(WINDOW, side) for side in found.small.shape[:2])
    top, left = (found.small.shape[0] - h) // 2, (found.small.shape[1] - w) // 2

    def cut(image: np.ndarray, times: int) -> np.ndarray:
        return image[times * top : times * (top + h), times * left : times * (left + w)].copy()

    return Upscaled(cut(found.small, 1), cut(found.bicubic, scale), cut(found.large, scale))


def _enlarged(image: np.ndarray, factor: int) -> Image.Image:
    return _image(image.repeat(factor, axis=0).repeat(factor, axis=1))


def _image(array: np.ndarray) -> Image.Image:
    return Image.fromarray(array[..., 0] if array.shape[-1] == 1 else array)


def _read(path: Path) -> Image.Image:
    try:
        with Image.open(path, formats=formats(path.name)) as picture:
            if picture.mode[0] in "IF":
                raise UserError(f"{path} has more than 8 bits a channel; save it with 8")
            return ImageOps.exif_transpose(picture)
    except UserError:
        raise
    except Image.DecompressionBombError:
        raise UserError(f"{path} declares too many pixels to be read safely; reduce it first") from None
    except Exception as error:
        raise UserError(f"{path} cannot be read as a picture: {reason(error)}") from error
