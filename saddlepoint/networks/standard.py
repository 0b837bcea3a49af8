"""Points in units of their data's deviation from its mean, and back."""

import torch
from torch import Tensor, nn


class Standardise(nn.Module):
    """Data -> coordinates of mean 0 and deviation 1.

    Args:
        mean: (d,) of the data.
        deviation: (d,) of the data; where it is 0 the coordinate is only moved.
    """

    of_data = ("mean", "deviation")
    mean: Tensor
    deviation: Tensor

    def __init__(self, mean: Tensor, deviation: Tensor):
        super().__init__()
        self.register_buffer("mean", mean.float())
        self.register_buffer("deviation", torch.where(deviation > 0, deviation, 1.0).float())

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, d) to (n, d)."""
        return (x - self.mean) / self.deviation


class Unstandardise(Standardise):
    """The way back; arguments as for :class:`Standardise`."""

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, d) to (n, d)."""
        return x * self.deviation + self.mean
