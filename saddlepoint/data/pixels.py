"""Arrays of images as people keep them, bytes or floats with channels first or last, as uint8 (n, h, w, c)."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.data import cache

LARGE = 256 * 2**20  # bytes of uint8; more goes to a memory-mapped file
_CHUNK = 1024
_SLACK = 1e-3  # what rounding may put beyond an end of a range of floats
_DEPTHS = (8, 10, 12, 14, 16)  # bits in which cameras and scanners count


class Scale(NamedTuple):
    """How values become levels: 0 to 255 from ``low`` to ``high``.

    Attributes:
        low: what is black.
        high: what is white.
        words: what was assumed, for the user.
    """

    low: float
    high: float
    words: str


def to_images(
    array: np.ndarray, place: str, name: str | None = None, *, beside: Sequence[np.ndarray] = ()
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return uint8 (n, h, w, c) images, c = 1 or 3, and notes on what was assumed of the array.

    Read are (n, h, w), (n, h, w, c) and (n, c, h, w) of bytes, booleans, integers, or floats in [0, 1], in
    [−1, 1] or whole from 0 to 255. Bytes are never copied, so that a memory-mapped array stays so.

    Args:
        array: the images.
        place: what messages call the array, its file for example.
        name: of the cache entry that more than 256 MB of converted images go to; None keeps them in memory.
        beside: other arrays of the same set, such as its test images: of one type they have one range.

    Raises:
        UserError: the array is no set of images, or its range is not plain; with the line that converts it.
    """
    images, notes = _channels_last(array, place)
    if images.dtype == np.uint8:
        return images, notes
    scale = _scale([images, *(other for other in beside if other.dtype == array.dtype)], array, place)
    low, step = scale.low, 255 / (scale.high - scale.low)

    def levels() -> Iterator[np.ndarray]:
        for start in range(0, len(images), _CHUNK):
            block = (images[start : start + _CHUNK].astype(np.float64) - low) * step
            yield np.clip(np.rint(block), 0, 255).astype(np.uint8)

    note = f"{array.dtype} {array.shape} read as {scale.words}"
    return gathered(levels(), images.shape, name), (*notes, note)


def gathered(chunks: Iterator[np.ndarray], shape: tuple[int, ...], name: str | None) -> np.ndarray:
    """Return uint8 ``chunks`` as one array of ``shape`` (n, h, w, c).

    Args:
        chunks: blocks of images, in order; not read where the cache holds them already.
        shape: of the whole.
        name: of the cache entry that more than 256 MB go to, memory-mapped; None keeps all in memory.
    """
    if name is not None and np.prod(shape, dtype=np.int64) > LARGE:

        def fill(rows: cache.Rows) -> dict:
            for chunk in chunks:
                for image in chunk:
                    rows.append(image)
            return {}

        return (cache.lookup(name) or cache.build(name, name, fill)).array
    out, start = np.empty(shape, np.uint8), 0
    for chunk in chunks:
        out[start : start + len(chunk)] = chunk
        start += len(chunk)
    return out


def white_level(peak: int) -> int:
    """Return what is white where the largest value of a whole set is ``peak``: 4095 where 12 bits suffice.

    Sensors of 10, 12 or 14 bits are stored in 16; read as 16 bits they would be dark.
    """
    return next(2**bits - 1 for bits in _DEPTHS if peak < 2**bits)


def _channels_last(array: np.ndarray, place: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return a view (n, h, w, c) of an array of images; raises UserError for anything else."""
    shape, what = array.shape, f"{place} holds {array.dtype} {array.shape}"
    if array.dtype.kind not in "buif":
        raise UserError(f"{what}; images are numbers, best of all uint8 (n, h, w) or (n, h, w, 3)")
    if len(shape) == 4:
        if shape[-1] in (1, 3):
            return array, ()
        if shape[1] in (1, 3):
            note = f"{shape} read as (n, c, h, w), channels first"
            return array.transpose(0, 2, 3, 1), (note,)
        if 4 in (shape[1], shape[-1]):
            colours = "a[..., :3]" if shape[-1] == 4 else "a[:, :3]"
            raise UserError(f"{what}, with an alpha channel; keep the colours with {colours}")
    if len(shape) == 3:
        if _is_one_picture(shape):
            raise UserError(f"{what}, which is one picture; stack many: np.stack(pictures) is (n, h, w, c)")
        return array[..., None], ()
    if len(shape) == 2:
        side = round(shape[1] ** 0.5)
        flat = f"a.reshape(-1, {side}, {side})" if side * side == shape[1] else "a.reshape(n, h, w)"
        raise UserError(
            f"{what}, one picture or rows of pixels; stack pictures with np.stack, or give rows a shape: {flat}"
        )
    raise UserError(f"{what}; images are (n, h, w), (n, h, w, 1 or 3) or (n, 1 or 3, h, w)")


def _is_one_picture(shape: tuple[int, ...]) -> bool:
    """Whether an array of this shape is (h, w, c), (c, h, w) or (1, h, w) rather than n pictures in grey."""
    last = shape[-1] in (1, 3, 4) and min(shape[:2]) > 4
    return shape[0] == 1 or last or (shape[0] == 3 and min(shape[1:]) > 4)


def _scale(parts: Sequence[np.ndarray], array: np.ndarray, place: str) -> Scale:
    """Return how values of a set in some parts become levels; raises UserError where that is not plain."""
    if array.dtype == bool:
        return Scale(0, 1, "black and white")
    extents = [_extent(part) for part in parts if part.size]
    low, high = min(low for low, _, _ in extents), max(high for _, high, _ in extents)
    whole = all(whole for _, _, whole in extents)
    if not np.isfinite([low, high]).all():
        raise UserError(f"{place} holds pixels that are not finite; take them out")
    if whole and low >= 0 and 1 < high <= 255:
        return Scale(0, 255, "levels from 0 to 255")
    if array.dtype.kind == "f":
        if low >= -_SLACK and 0.5 < high <= 1 + _SLACK:
            return Scale(0, 1, "floats in [0, 1]")
        if -1 - _SLACK <= low < -0.25 and 0 < high <= 1 + _SLACK:
            return Scale(-1, 1, "floats in [−1, 1]")
    elif low >= 0 and 255 < high <= 65_535:
        white = white_level(int(high))
        return Scale(0, white, f"{white.bit_length()} bits, white being {white:,}")
    raise UserError(
        f"{place} holds {array.dtype} {array.shape} from {low:.4g} to {high:.4g}, which is no plain range "
        "of pixels; convert it: a = (255 * (a - a.min()) / (a.max() - a.min())).round().astype(np.uint8)"
    )


def _extent(images: np.ndarray) -> tuple[float, float, bool]:
    """Return (least, largest) value and whether all are whole, reading blocks; NaN where any is."""
    ends, whole = [], True
    for start in range(0, len(images), _CHUNK):
        block = images[start : start + _CHUNK]
        ends += [block.min(), block.max()]
        whole = whole and bool((np.rint(block) == block).all())
    return float(np.min(ends)), float(np.max(ends)), whole
