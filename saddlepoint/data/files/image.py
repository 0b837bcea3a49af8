"""One image file, of any format and mode, to one square uint8 array."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, NamedTuple

import numpy as np
from PIL import Image, ImageOps

from saddlepoint.core.errors import UserError, reason
from saddlepoint.core.words import printable
from saddlepoint.data.files.formats import formats
from saddlepoint.data.request import Background, Crop

WHITE = 65_535  # of 16 bits
_FAINT = 16  # levels by which an image must differ from its background somewhere to be seen


class Picture(NamedTuple):
    """A decoded image.

    Attributes:
        pixels: uint8 (side, side, 1) if it is grey, whatever its mode, else (side, side, 3).
        fitted: whether it had to be cropped or resized.
        flattened: whether it has transparent parts.
        lost: whether what is not transparent cannot be told from the background.
        moving: whether the file holds more than this first frame.
        peak: the largest value of a grey image of 16 bits, else -1.
        coloured_peak: about the largest value of a colour image of 16 bits, of which Pillow keeps 8, else -1.
    """

    pixels: np.ndarray
    fitted: bool = False
    flattened: bool = False
    lost: bool = False
    moving: bool = False
    peak: int = -1
    coloured_peak: int = -1


@contextmanager
def quietly() -> Iterator[None]:
    """Silence Pillow's warnings (broken EXIF, large images) around decoding in this and other threads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def shorter_side(file: IO[bytes], name: str) -> int | None:
    """Return the shorter side in pixels from the header, or None if it cannot be read."""
    try:
        with Image.open(file, formats=formats(name)) as image:
            return min(image.size)
    except Image.DecompressionBombError:
        raise _bomb(name) from None
    except Exception:  # Pillow raises nearly everything on damaged files
        return None


def decode(
    content: bytes, name: str, side: int, crop: Crop, *, background: Background = "white", white: int = WHITE
) -> Picture:
    """Decode, orient, flatten, crop and resize one image.

    Args:
        content: the file's bytes.
        name: what messages call it.
        side: of the result in pixels.
        crop: cut a centred square, or stretch.
        background: what transparent parts are flattened on.
        white: the value of grey images of 16 bits that becomes 255.

    Raises:
        UserError: if it declares so many pixels that decoding it would fill the memory.
        ValueError: if it cannot be decoded, with the reason.
    """
    try:
        with Image.open(io.BytesIO(content), formats=formats(name)) as image:
            # A phone's JPEG may hold a second image, which is no frame of a film.
            moving = image.format != "MPO" and getattr(image, "is_animated", False)
            deep = ";16" in str(image.tile[0][-1]) if image.tile else False
            # A JPEG decodes at a half, quarter or eighth for little; at twice the target nothing is lost.
            full = image.size
            image.draft(None, (2 * side, 2 * side))
            image.load()
            picture = _flat(ImageOps.exif_transpose(image), background, white, deep)
            pixels, small = _fit(picture.image, side, crop), image.size
    except Image.DecompressionBombError:
        raise _bomb(name) from None
    except Exception as error:  # Pillow raises nearly everything on damaged files
        raise ValueError(reason(error)) from error
    if pixels.ndim == 3 and _is_grey(pixels):
        pixels = pixels[:, :, 0]
    fitted = full != (side, side) or small != full
    return Picture(pixels.reshape(side, side, -1), fitted, *picture[1:3], moving, *picture[3:])


class _Flat(NamedTuple):
    """An image as L or RGB, and what of :class:`Picture` is known of it."""

    image: Image.Image
    flattened: bool = False
    lost: bool = False
    peak: int = -1
    coloured_peak: int = -1


def _flat(image: Image.Image, background: Background, white: int, deep: bool) -> _Flat:
    """Return the image as L or RGB: transparency on the background, 16 bits scaled to 8."""
    if image.mode.startswith("I"):
        values = _whole(np.asarray(image))
        levels = np.minimum((values * 255 + white // 2) // white, 255).astype(np.uint8)
        return _Flat(Image.fromarray(levels), peak=int(values.max(initial=0)))
    if image.mode == "F":
        raise ValueError("floating-point pixels have no agreed range; save it with 8 or 16 bits")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        alpha = np.asarray(image.getchannel("A"))
        flat = Image.alpha_composite(Image.new("RGBA", image.size, background), image).convert("RGB")
        holes = bool(alpha.min() < 255)
        contrast = np.abs(np.ravel(flat.getextrema()) - (255 if background == "white" else 0)).max()
        return _Flat(flat, holes, holes and bool(alpha.max() > 0) and bool(contrast < _FAINT))
    if image.mode in ("L", "RGB"):
        return _Flat(image, coloured_peak=257 * int(np.max(image.getextrema())) if deep else -1)
    return _Flat(image.convert("L" if image.mode == "1" else "RGB"))


def looked_at(image: Image.Image) -> Image.Image:
    """Return an upright image as L or RGB, as one would look at it.

    Sixteen bits are scaled by their largest value, and transparent parts lie on what the others differ from.

    Raises:
        ValueError: it has pixels of a range that nobody knows.
    """
    peak = np.asarray(image).max() if image.mode.startswith("I") else WHITE
    flat = _flat(image, "white", max(1, int(peak)), deep=False)
    return _flat(image, "black", WHITE, deep=False).image if flat.lost else flat.image


def _whole(values: np.ndarray) -> np.ndarray:
    values = values.astype(np.int64)
    if values.size and (values.min() < 0 or values.max() > WHITE):
        raise ValueError("pixels of more than 16 bits; save it with 8 or 16")
    return values


def _fit(image: Image.Image, side: int, crop: Crop) -> np.ndarray:
    box = square(*image.size) if crop == "center" else (0, 0, *image.size)
    if (box[2] - box[0], box[3] - box[1]) == (side, side):
        return np.asarray(image.crop(box))
    return np.asarray(image.resize((side, side), Image.Resampling.LANCZOS, box=box, reducing_gap=3.0))


def square(width: int, height: int) -> tuple[int, int, int, int]:
    """Return the centred square as (left, top, right, bottom)."""
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    return left, top, left + side, top + side


def _is_grey(pixels: np.ndarray) -> bool:
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    return np.array_equal(red, green) and np.array_equal(red, blue)


def _bomb(name: str) -> UserError:
    limit = 2 * (Image.MAX_IMAGE_PIXELS or 0) // 10**6
    return UserError(f"{printable(name)} declares more than {limit} million pixels; shrink it or take it away")
