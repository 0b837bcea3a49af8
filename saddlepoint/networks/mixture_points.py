"""The networks of the ring and grid of Gaussians (PacGAN, Lin et al. 2018, section 4.1)."""

import math

from torch import nn

from saddlepoint.networks.blocks import Critic, Maxout, named
from saddlepoint.networks.mlp import mlp_generator


def point_generator(shape: tuple[int, ...], *, latent: int, width: int, norm: bool = True) -> nn.Sequential:
    """Build latent -> four ReLU layers of ``width``, batch-normalised if ``norm`` -> a point of ``shape``."""
    return mlp_generator(
        (latent, *[width] * 4),
        shape,
        activation=nn.ReLU,
        output=None,
        norm=lambda index, units: nn.BatchNorm1d(units) if norm else None,
    )


def point_critic(shape: tuple[int, ...], *, units: int, pieces: int = 5, pack: int = 1) -> Critic:
    """Build ``pack`` points of ``shape`` side by side -> three maxout layers -> a score."""
    layers: list[tuple[str, nn.Module]] = []
    inputs = pack * math.prod(shape)
    for index in range(3):
        layers.append((f"maxout{index}", Maxout(inputs, units, pieces)))
        inputs = units
    return Critic(named(layers), nn.Linear(units, 1))
