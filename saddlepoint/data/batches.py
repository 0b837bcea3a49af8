"""Endless batches in a seeded order that can be continued anywhere."""

import numpy as np
import torch

from saddlepoint.core.protocol import Batch
from saddlepoint.core.seeds import derive
from saddlepoint.data.dataset import Split

_RESIDENT = 8 << 30  # bytes of a split that may live on an accelerator
_AHEAD = 4  # batches whose pages the system is asked to read while the one before is trained on


class Batches:
    """Batches of a split, epoch after epoch, each epoch in an order of its own.

    The order is a function of seed and position, so that ``drawn`` is all there is to save.

    Args:
        split: where the examples come from.
        batch: examples a batch.
        seed: seed of the order.
        device: where batches are made.
        pixels: range of the floats that uint8 images are mapped to.

    Attributes:
        drawn: examples drawn so far.
    """

    def __init__(
        self,
        split: Split,
        batch: int,
        *,
        seed: int,
        device: torch.device,
        pixels: tuple[float, float] = (-1.0, 1.0),
    ):
        self.split = split
        self.batch = batch
        self.seed = seed
        self.device = device
        self.pixels = pixels
        self.drawn = 0
        self._epoch = self._advised = -1
        self._order = np.empty(0, np.int64)
        self._resident = None
        size = len(split) * split.array[:1].nbytes
        if device.type != "cpu" and size <= _RESIDENT:
            self._resident = torch.from_numpy(split.take(np.arange(len(split)))[0]).to(device)

    def next(self) -> Batch:
        """Return the next batch: real (n, c, h, w) or (n, d) floats, label (n,) or None."""
        index = self._index()
        self.drawn += self.batch
        self._read_ahead()
        if self._resident is None:
            examples, labels = self.split.take(index)
            array = torch.from_numpy(examples).to(self.device)
        else:
            labels = self.split.labels(index)
            array = self._resident[torch.from_numpy(index).to(self.device)]
        label = None if labels is None else torch.from_numpy(labels).to(self.device)
        return Batch(to_floats(array, self.pixels), label)

    def _read_ahead(self) -> None:
        """Ask the system for the pages of coming batches of this epoch; waiting for a disk costs steps."""
        first = self.drawn - self._epoch * len(self.split)
        known = first if self._advised != self._epoch else first + (_AHEAD - 1) * self.batch
        self.split.advise(self._order[known : first + _AHEAD * self.batch])
        self._advised = self._epoch

    def _index(self) -> np.ndarray:
        """Return the positions of the next batch, which may run over the ends of epochs."""
        count, parts, start, left = len(self.split), [], self.drawn, self.batch
        while left:
            epoch, offset = divmod(start, count)
            if epoch != self._epoch:
                rng = np.random.Generator(np.random.Philox(derive(self.seed, "order", epoch)))
                self._order, self._epoch = rng.permutation(count), epoch
            part = self._order[offset : offset + left]
            parts.append(part)
            start += len(part)
            left -= len(part)
        return parts[0] if len(parts) == 1 else np.concatenate(parts)


def to_floats(array: torch.Tensor, pixels: tuple[float, float]) -> torch.Tensor:
    """Map uint8 (n, h, w, c) images to floats (n, c, h, w) in ``pixels``, channels last in memory.

    Points, (n, d) floats, pass unchanged.
    """
    if array.dtype != torch.uint8:
        return array
    low, high = pixels
    return array.permute(0, 3, 1, 2).to(torch.float32).mul_((high - low) / 255).add_(low)


def to_uint8(images: torch.Tensor, pixels: tuple[float, float]) -> np.ndarray:
    """Quantise floats (n, c, h, w) in ``pixels`` to uint8 (n, h, w, c); points pass as float32 (n, d)."""
    if images.dim() == 2:
        return images.float().cpu().numpy()
    low, high = pixels
    levels = ((images.float() - low) * (255 / (high - low))).round_().clamp_(0, 255)
    return levels.to(torch.uint8).permute(0, 2, 3, 1).contiguous().cpu().numpy()
