"""A fixed encoder for data without labels: a dictionary of patches and a coarse picture of colours."""

import os
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from threadpoolctl import threadpool_limits
from torch import Tensor

from saddlepoint.compute.threads import map_blocks
from saddlepoint.core.errors import UserError
from saddlepoint.core.files import atomic_path
from saddlepoint.core.hashing import digest
from saddlepoint.core.progress import Progressing
from saddlepoint.data import cache
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.resize import shrink
from saddlepoint.data.subset import part_of, random_part
from saddlepoint.evaluate.encoder import BLOCK, Encoder, Encoding, encoder
from saddlepoint.evaluate.encoders.patch_dictionary import Patchwork, learn_patches

VERSION = 1
CENTROIDS, QUADRANTS, COLOURS, FEATURES = 256, 2, 4, 128
SPREAD = 100.0
_SIDE, _FIT = 64, 10_000
_TRIAL = 200  # images that tell how long encoding takes


class Projection(NamedTuple):
    """Principal components of raw features: offset (p,), weight of each raw feature (p,), basis (p, f)."""

    offset: Tensor
    weight: Tensor
    basis: Tensor


@encoder("images")
def patches(dataset: Dataset, report: Progressing) -> Encoder:
    """256 k-means patches of the training images by quadrant, and colours on a 4×4 grid: 128 components.

    Needs no labels and no download, and is fitted in seconds: Coates, Ng and Lee's (2011) features see
    texture, sharpness and noise; colours see layout. Both are projected on the 128 directions in which
    training images vary most. One common factor makes the total variance 100, so that a Fréchet distance
    reads as per cent of the data's own variance.

    Args:
        dataset: images of at least 8 by 8 pixels; sides over 64 are shrunk to that first.
        report: told when it is fitted.

    Raises:
        UserError: the images are too small.
    """
    if min(dataset.shape[:2]) < 8:
        raise UserError(
            f"encoder 'patches' reads images of at least 8 by 8, {dataset.name!r} has {dataset.shape}"
        )
    path = _place(dataset)
    stored = _load(path)
    if stored is None:
        report("learning patches, once", 0, 0)
        with threadpool_limits(1, user_api="blas"):
            stored = _fit(dataset)
        with cache.writing(), atomic_path(path) as temporary:
            save_file(stored, temporary)
    work = _patchwork(stored, dataset.shape)
    projection = Projection(*(stored[name] for name in Projection._fields))

    def apply(images: np.ndarray) -> Encoding:
        raw = (_raw(work, images) - projection.offset) * projection.weight
        return Encoding((raw @ projection.basis).numpy(), None)

    key = digest([b"patches", *(stored[name].numpy().tobytes() for name in sorted(stored))], 12)
    count = len(dataset.train)
    learned = f"{count:,} images" if count <= _FIT else part_of(_FIT, count, "images")
    return Encoder("patches", key, apply, note=f"learned from {learned}", parallel=True)


def _place(dataset: Dataset) -> Path:
    return cache.folder("patches") / f"v{VERSION}-{dataset.key}.safetensors"


def cost(dataset: Dataset) -> tuple[float, float]:
    """Return about how many seconds fitting the patches takes here and now, and encoding an image."""
    count = min(_FIT, len(dataset.train))
    if _place(dataset).exists():
        count = 0
    images = shrink(dataset.train.take(np.arange(min(_TRIAL, len(dataset.train))))[0], _SIDE)
    began = time.monotonic()
    work = learn_patches(images, CENTROIDS, stride=_stride(images.shape))
    learning = time.monotonic() - began
    began = time.monotonic()
    parts = np.array_split(images, min(len(images), os.cpu_count() or 1))
    map_blocks(lambda part: _raw(work, part), parts)
    each = (time.monotonic() - began) / len(images)
    return (learning + count * each if count else 0.0), each


def _fit(dataset: Dataset) -> dict[str, Tensor]:
    order = np.sort(random_part(len(dataset.train), _FIT))
    images = shrink(dataset.train.take(order)[0], _SIDE)
    work = learn_patches(images, CENTROIDS, stride=_stride(images.shape))
    parts = [images[start : start + BLOCK] for start in range(0, len(images), BLOCK)]
    raw = torch.cat(map_blocks(lambda part: _raw(work, part), parts))
    offset = raw.mean(0)
    variance = raw.var(0)
    # Colours carry a quarter of the patches' variance: enough to see layout without drowning texture.
    split = CENTROIDS * QUADRANTS**2
    weight = torch.ones(raw.shape[1])
    weight[:split] /= variance[:split].sum().sqrt() + 1e-12
    weight[split:] *= 0.5 / (variance[split:].sum().sqrt() + 1e-12)
    centred = ((raw - offset) * weight).double().numpy()
    # NumPy's solver: that of torch needed 8 s of processor time for these thousand features.
    values, vectors = np.linalg.eigh(centred.T @ centred / (len(centred) - 1))
    values, vectors = values[-FEATURES:].clip(min=0), vectors[:, -FEATURES:]
    scale = np.sqrt(SPREAD / max(values.sum(), 1e-12))
    return {
        "mean": work.mean.contiguous(),
        "whitening": work.whitening.contiguous(),
        "centroids": work.centroids.contiguous(),
        "offset": offset,
        "weight": weight,
        "basis": torch.from_numpy((vectors * scale).astype(np.float32)),
    }


def _patchwork(stored: dict[str, Tensor], shape: tuple[int, ...]) -> Patchwork:
    size = round((stored["mean"].numel() / shape[2]) ** 0.5)
    stride = _stride((1, *(min(side, _SIDE) for side in shape[:2])))
    return Patchwork(stored["mean"], stored["whitening"], stored["centroids"], size, stride)


def _stride(shape: tuple[int, ...]) -> int:
    """Return the step at which about 16 patches cross an image (n, h, w, c)."""
    return max(1, round(min(shape[1:3]) / 16))


def _raw(work: Patchwork, images: np.ndarray) -> Tensor:
    """Return (n, p) patch activations by quadrant and colours by cell of uint8 (n, h, w, c) images."""
    images = shrink(images, _SIDE)
    pixels = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float()
    colours = F.adaptive_avg_pool2d(pixels, COLOURS).flatten(1)
    return torch.cat([torch.from_numpy(work.pooled(images, QUADRANTS)), colours], 1)


def _load(path: Path) -> dict[str, Tensor] | None:
    try:
        return load_file(path)
    except (OSError, SafetensorError):  # none yet, or damaged: it is made again
        return None
