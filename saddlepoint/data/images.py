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
from saddlepoint.data.request import Crop

# Only formats that decode pixels: Pillow would hand some others (EPS) to outside programs.
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
SUFFIXES = (".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm")
_MAGIC = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*")


class Picture(NamedTuple):
    """A decoded image.

    Attributes:
        pixels: uint8 (side, side, 1) if it is grey, whatever its mode, else (side, side, 3).
        fitted: whether it had to be cropped or resized.
    """

    pixels: np.ndarray
    fitted: bool


def is_image_name(name: str) -> bool:
    """Say whether a file's name ends like an image's."""
    return name.lower().endswith(SUFFIXES)


def is_image_head(head: bytes) -> bool:
    """Say whether a file that begins with these 16 bytes is an image."""
    return head.startswith(_MAGIC) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


@contextmanager
def quietly() -> Iterator[None]:
    """Silence Pillow's warnings (broken EXIF, large images) around decoding in this and other threads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def shorter_side(file: IO[bytes], name: str) -> int | None:
    """Return the shorter side in pixels from the header, or None if it cannot be read."""
    try:
        with Image.open(file, formats=FORMATS) as image:
            return min(image.size)
    except Image.DecompressionBombError:
        raise _bomb(name) from None
    except Exception:  # Pillow raises nearly everything on damaged files
        return None


def decode(content: bytes, name: str, side: int, crop: Crop) -> Picture:
    """Decode, orient, flatten on white, crop and resize one image.

    Args:
        content: the file's bytes.
        name: what messages call it.
        side: of the result in pixels.
        crop: cut a centred square, or stretch.

    Raises:
        UserError: if it declares so many pixels that decoding it would fill the memory.
        ValueError: if it cannot be decoded, with the reason.
    """
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            # A JPEG decodes at a half, quarter or eighth for little; at twice the target nothing is lost.
            full = image.size
            image.draft(None, (2 * side, 2 * side))
            image.load()
            pixels, small = _fit(_flat(ImageOps.exif_transpose(image)), side, crop), image.size
    except Image.DecompressionBombError:
        raise _bomb(name) from None
    except Exception as error:  # Pillow raises nearly everything on damaged files
        raise ValueError(reason(error)) from error
    if pixels.ndim == 3 and _is_grey(pixels):
        pixels = pixels[:, :, 0]
    return Picture(pixels.reshape(side, side, -1), full != (side, side) or small != full)


def _flat(image: Image.Image) -> Image.Image:
    """Return the image as L or RGB: transparency on white, 16 bits scaled to 8."""
    if image.mode.startswith("I"):
        return Image.fromarray(_from_16_bits(np.asarray(image)))
    if image.mode == "F":
        raise ValueError("floating-point pixels have no agreed range; save it with 8 or 16 bits")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    if image.mode in ("L", "RGB"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _from_16_bits(values: np.ndarray) -> np.ndarray:
    values = values.astype(np.int64)
    if values.size and (values.min() < 0 or values.max() > 65_535):
        raise ValueError("pixels of more than 16 bits; save it with 8 or 16")
    return ((values * 255 + 32_767) // 65_535).astype(np.uint8)


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
