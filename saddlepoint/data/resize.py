"""Arrays of images to the side that is wanted: centre crop or stretch, then antialiased resampling."""

from dataclasses import replace

import numpy as np
from PIL import Image

from saddlepoint.core.hashing import fingerprint
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.files.image import square
from saddlepoint.data.pixels import gathered
from saddlepoint.data.request import Crop, Request

_CHUNK = 1024
_SHRUNK = 250


def fit(dataset: Dataset, request: Request) -> Dataset:
    """Return the data set with square images of the side that ``request`` asks for.

    A data set that is fitted already, as decoded files are, is returned as it is.
    """
    if dataset.fitted:
        return dataset
    h, w = dataset.shape[:2]
    native = min(h, w)
    side = request.side(native)
    if h == w == side:
        return replace(dataset, fitted=True)
    name = fingerprint(dataset.fingerprint, str(side), request.crop)
    fitted: dict[int, np.ndarray] = {}  # splits may share an array
    splits = {}
    for part, split in dataset.splits.items():
        if id(split.array) not in fitted:
            place = f"{part}-{name}"
            fitted[id(split.array)] = _fit_array(split.array, side, request.crop, place)
        splits[part] = Split(fitted[id(split.array)], split.label, split.rows)
    change = f"{'centre-cropped' if request.crop == 'center' else 'stretched'} to a square"
    notes = [change] if h != w else []
    if side != native or (h != w and request.crop == "stretch"):
        notes.append(f"resized from {native} to {side} pixels")
    notes = (*dataset.notes, ", ".join(notes))
    return replace(dataset, splits=splits, fingerprint=name, notes=notes, fitted=True)


def resample(images: np.ndarray, side: int) -> np.ndarray:
    """Resize uint8 (n, h, w, c) images to (n, side, side, c) with an antialiased Lanczos filter.

    Resampling is linear, so it is a matrix product for many images at once; Pillow supplies the matrices. As
    in Pillow the columns are rounded to whole values before the rows, and results differ by rounding only.
    """
    _, h, w, _ = images.shape
    rows, columns = _matrix(h, side), _matrix(w, side)
    planes = images.transpose(0, 3, 1, 2).astype(np.float32)  # (n, c, h, w)
    planes = rows.T @ _whole(planes @ columns)
    return _whole(planes).astype(np.uint8).transpose(0, 2, 3, 1)


def _whole(values: np.ndarray) -> np.ndarray:
    np.rint(values, out=values)
    return np.clip(values, 0, 255, out=values)


def _fit_array(array: np.ndarray, side: int, crop: Crop, name: str) -> np.ndarray:
    if crop == "center":
        left, top, right, bottom = square(array.shape[2], array.shape[1])
        array = array[:, top:bottom, left:right]
    if array.shape[1:3] == (side, side):
        return array
    chunks = (resample(array[i : i + _CHUNK], side) for i in range(0, len(array), _CHUNK))
    shape = (len(array), side, side, array.shape[3])
    return gathered(chunks, shape, name)


def _matrix(old: int, new: int) -> np.ndarray:
    """Return the float32 (old, new) matrix that resamples ``old`` pixels to ``new``."""
    if old == new:
        return np.eye(old, dtype=np.float32)
    identity = Image.fromarray(np.eye(old, dtype=np.float32))
    return np.asarray(identity.resize((new, old), Image.Resampling.LANCZOS))


def shrink(images: np.ndarray, side: int) -> np.ndarray:
    """Return uint8 (n, h, w, c) images whose height and width are at most ``side``, by averaging over areas."""
    if max(images.shape[1:3]) <= side:
        return images
    import torch  # reading data does not need it
    import torch.nn.functional as F

    size = [min(extent, side) for extent in images.shape[1:3]]
    small = np.empty((len(images), *size, images.shape[3]), np.uint8)
    for start in range(0, len(images), _SHRUNK):  # as floats they take four times the memory
        block = torch.from_numpy(np.ascontiguousarray(images[start : start + _SHRUNK])).permute(0, 3, 1, 2)
        block = F.interpolate(block.float(), size=size, mode="area").round().to(torch.uint8)
        small[start : start + _SHRUNK] = block.permute(0, 2, 3, 1).numpy()
    return small
