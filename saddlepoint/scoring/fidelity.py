"""How near a run comes to test images that it is given small, where its game enlarges images."""

import numpy as np
import torch

from saddlepoint.core.kinds import to_floats, to_uint8
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.subset import random_part
from saddlepoint.evaluate import Figure
from saddlepoint.evaluate.fidelity_figures import fidelity as measured
from saddlepoint.networks.super_resolution import enlarge, shrink
from saddlepoint.runs.model import Model

TEST = 500  # images, at most
BLOCK = 50
UNIT = (0.0, 1.0)


def fidelity(run: Model, dataset: Dataset, seed: int = 0) -> dict[str, Figure]:
    """Return ``psnr``, ``ssim`` and ``psnr_gain`` of 500 test images at most; nothing of other games.

    Args:
        run: whose newest weights to use.
        dataset: data with a test split.
        seed: seed of the choice of images.
    """
    enlarger = run.family.enlarger()
    if enlarger is None:
        return {}
    test = dataset.splits.get("test", dataset.train)
    images, _ = test.take(random_part(len(test), TEST, seed))
    ours, plain = run.reconstruct(images), again(images, enlarger.scale)
    border = min(enlarger.scale, (images.shape[1] - 1) // 4)
    return measured(images, ours, plain, border)


def again(images: np.ndarray, scale: int) -> np.ndarray:
    """Return uint8 (n, h, w, c) images after bicubic filters that reduce and enlarge them by ``scale``."""
    blocks = [
        to_floats(torch.from_numpy(images[start : start + BLOCK]), UNIT)
        for start in range(0, len(images), BLOCK)
    ]
    return np.concatenate([to_uint8(enlarge(shrink(block, scale), scale), UNIT) for block in blocks])
