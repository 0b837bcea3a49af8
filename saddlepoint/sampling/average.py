"""A moving average of the weights that sampling uses."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from saddlepoint.core.protocol import Family


class Average:
    """The exponential moving average of every tensor under the submodules of generating players.

    Floating-point buffers, such as the statistics of batch normalisation, are averaged with the weights
    that they belong to; others are copied. Where no player generates, those of all players are averaged.

    Args:
        family: whose tensors are averaged.
        decay: share kept at each step, in [0, 1); it starts lower so that the start is soon forgotten.
    """

    def __init__(self, family: Family, decay: float):
        self.decay = decay
        generating = [player for player in family.players if family.generates(player)]
        modules = [name for player in generating or family.players for name in family.players[player]]
        self.live: dict[str, Tensor] = {
            name: tensor
            for name, tensor in [*family.named_parameters(), *family.named_buffers()]
            if any(name.startswith(f"{module}.") for module in modules)
        }
        self.tensors = {name: tensor.detach().clone() for name, tensor in self.live.items()}

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Move towards the weights after ``step`` steps."""
        decay = min(self.decay, (1 + step) / (10 + step))
        averages, values = [], []
        for name, average in self.tensors.items():
            if average.is_floating_point():
                averages.append(average)
                values.append(self.live[name])
            else:
                average.copy_(self.live[name])
        torch._foreach_lerp_(averages, values, 1 - decay)  # pyright: ignore[reportPrivateImportUsage]

    def load(self, tensors: dict[str, Tensor]) -> None:
        """Take over saved averages."""
        for name, average in self.tensors.items():
            average.copy_(tensors[name])

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the family's own tensors hold the average within the block."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    def _swap(self) -> None:
        for name, live in self.live.items():
            live.data, self.tensors[name].data = self.tensors[name].data, live.data
