"""Fourier features (Tancik et al. 2020): sines and cosines through which a dense network sees small things."""

import math

import torch
from torch import Tensor, nn

LOWEST, HIGHEST = 0.3, 120.0  # radians a unit


class Fourier(nn.Module):
    """Points beside sines and cosines of them, along random vectors of about given lengths.

    A dense network of points alone learns first what varies slowly, and hardly what varies over a hundredth of
    the data's width. Frequencies are spread evenly over the logarithm, so that no width must be known.

    Args:
        dimensions: d of a point, whose coordinates have a deviation of about 1.
        count: of frequencies.
    """

    directions: Tensor

    def __init__(self, dimensions: int, count: int):
        super().__init__()
        frequencies = torch.logspace(math.log10(LOWEST), math.log10(HIGHEST), count)
        self.register_buffer("directions", torch.randn(dimensions, count) * frequencies)

    def forward(self, x: Tensor) -> Tensor:
        """Map points (n, d) to (n, d + 2 · count)."""
        angles = x @ self.directions
        return torch.cat([x, angles.sin(), angles.cos()], dim=1)
