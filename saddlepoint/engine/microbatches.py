"""A batch in pieces, one after the other, where it does not fit into memory as a whole."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves, tree_map

from saddlepoint.core.protocol import Batch, Family

_SAID = ("DefaultCPUAllocator", "not enough memory", "can't allocate memory", "out of memory")


def is_out_of_memory(error: BaseException) -> bool:
    """Say whether an error means that memory is exhausted, of the device or of the machine."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error) for words in _SAID)


def obstacle(family: Family, batch: int, pieces: int) -> str | None:
    """Return why ``batch`` examples in ``pieces`` would not have the whole's gradient, or None."""
    if any(isinstance(layer, nn.modules.batchnorm._BatchNorm) for layer in family.modules()):
        return "its batch normalisation needs the whole batch at once"
    if family.coupled == 0:
        return "its loss compares all examples of a batch"
    if batch % (pieces * family.coupled):
        return f"{batch} examples cannot be split into {pieces} equal parts"
    return None


def split(batch: Batch, latent: Any, pieces: int) -> Iterator[tuple[Batch, Any]]:
    """Yield ``pieces`` equal parts of a batch with its latents."""
    if pieces == 1:
        yield batch, latent
        return
    size = len(tree_leaves(batch.real)[0]) // pieces
    for start in range(0, size * pieces, size):
        part = slice(start, start + size)
        yield tree_map(lambda x, part=part: x[part] if isinstance(x, Tensor) else x, (batch, latent))


class Mean:
    """Means of tensors over pieces; None stays None."""

    def __init__(self, pieces: int):
        self.pieces = pieces
        self.values: list[Tensor | None] = []

    def add(self, values: tuple[Tensor | None, ...]) -> None:
        """Take in one piece's values."""
        if self.pieces > 1:
            values = tuple(None if value is None else value / self.pieces for value in values)
        if not self.values:
            self.values = list(values)
            return
        for mine, more in zip(self.values, values, strict=True):
            if mine is not None and more is not None:
                mine += more
