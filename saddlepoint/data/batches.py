"""Endless batches in a seeded order that can be continued anywhere."""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from saddlepoint.core.kinds import Range, kind_of
from saddlepoint.core.protocol import Batch
from saddlepoint.core.seeds import derive
from saddlepoint.data.dataset import Split

_RESIDENT = 8 << 30  # bytes of a split that may live on an accelerator
_AHEAD = 4  # batches whose pages the system is asked to read while the one before is trained on


class Examples(NamedTuple):
    """A batch as it lies in memory, before its pixels become floats.

    Attributes:
        array: uint8 (n, h, w, c) images, float32 (n, d) points, int16 (n, c, t) sounds or int32 (n, t) tokens.
        label: (n,) int64 classes, or None where the data have none.
    """

    array: Tensor
    label: Tensor | None


class Batches:
    """Batches of a split, epoch after epoch, each epoch in an order of its own.

    The order is a function of seed and position, so that ``drawn`` is all there is to save.

    Args:
        split: where the examples come from.
        batch: examples a batch.
        seed: seed of the order.
        device: where batches are made.
        range: of the floats that the players see.

    Attributes:
        kind: what kind of data they are.
        drawn: examples drawn so far.
    """

    def __init__(
        self,
        split: Split,
        batch: int,
        *,
        seed: int,
        device: torch.device,
        range: Range = (-1.0, 1.0),
    ):
        self.split = split
        self.kind = kind_of(split.array)
        self.batch = batch
        self.seed = seed
        self.device = device
        self.range = range
        self.drawn = 0
        self._epoch = self._advised = -1
        self._order = np.empty(0, np.int64)
        self._places: Any = self._order  # the same, where the examples are: an array or a tensor on the device
        self._resident: Examples | None = None
        if _lives_there(split, device):
            array, label = split.take(np.arange(len(split)))
            label = None if label is None else torch.from_numpy(label).to(device)
            self._resident = Examples(torch.from_numpy(array).to(device), label)

    def next(self) -> Batch:
        """Return the next batch as the players see it."""
        return self.floats(self.draw())

    def draw(self) -> Examples:
        """Return the next batch as it lies in memory, on the device, without waiting for the device."""
        index = self._index()
        self.drawn += self.batch
        if self._resident is not None:
            array, label = self._resident
            return Examples(array[index], None if label is None else label[index])
        self._read_ahead()
        examples, labels = self.split.take(index)
        return Examples(_send(examples, self.device), None if labels is None else _send(labels, self.device))

    def floats(self, examples: Examples) -> Batch:
        """Return what :meth:`draw` returned as the players see it."""
        return Batch(self.kind.to_tensor(examples.array, self.range), examples.label)

    def _read_ahead(self) -> None:
        """Ask the system for the pages of coming batches of this epoch; waiting for a disk costs steps."""
        first = self.drawn - self._epoch * len(self.split)
        known = first if self._advised != self._epoch else first + (_AHEAD - 1) * self.batch
        self.split.advise(self._order[known : first + _AHEAD * self.batch])
        self._advised = self._epoch

    def _index(self) -> Any:
        """Return the positions of the next batch, which may run over the ends of epochs."""
        count, parts, start, left = len(self.split), [], self.drawn, self.batch
        while left:
            epoch, offset = divmod(start, count)
            if epoch != self._epoch:
                rng = np.random.Generator(np.random.Philox(derive(self.seed, "order", epoch)))
                self._order, self._epoch = rng.permutation(count), epoch
                self._places = self._order if self._resident is None else _send(self._order, self.device)
            part = self._places[offset : offset + left]
            parts.append(part)
            start += len(part)
            left -= len(part)
        if len(parts) == 1:
            return parts[0]
        return np.concatenate(parts) if self._resident is None else torch.cat(parts)


def _lives_there(split: Split, device: torch.device) -> bool:
    """Say whether a whole split is kept on the device: on accelerators, where it is small enough."""
    return device.type != "cpu" and len(split) * split.array[:1].nbytes <= _RESIDENT


def _send(values: np.ndarray, device: torch.device) -> Tensor:
    """Return ``values`` as a tensor on ``device``, without waiting for it, as a plain copy would."""
    tensor = torch.from_numpy(values)
    if device.type != "cuda":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)
