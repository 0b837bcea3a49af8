"""Residual networks without normalisation (R3GAN, Huang et al. 2024)."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from saddlepoint.networks.blocks import Critic, named
from saddlepoint.networks.sizes import sides

SLOPE = 0.2
GAIN = math.sqrt(2 / (1 + SLOPE**2))  # keeps the variance through LeakyReLU


def nearest_even(native: int) -> int:
    """Return the side from 8 to 256 pixels nearest to ``native`` that halves evenly down to 4 to 7."""
    sizes = [base << level for level in range(1, 7) for base in (4, 5, 6, 7) if base << level <= 256]
    return min(sizes, key=lambda size: abs(size - native))


class Blur(nn.Module):
    """Twice or half the side by the bilinear kernel [1, 2, 1], with zeros beyond the edge.

    Slices are added rather than convolved: on a CPU a convolution of single channels takes thirty times longer.

    Args:
        up: double the side instead of halving it.
    """

    def __init__(self, up: bool):
        super().__init__()
        self.up = up

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, c, h, w) to (n, c, 2h, 2w) or (n, c, h/2, w/2)."""
        for axis in (2, 3):
            x = _double(x, axis) if self.up else _halve(x, axis)
        return x


def _double(x: Tensor, axis: int) -> Tensor:
    """Put the mean of two neighbours between them: y[2i] = x[i], y[2i + 1] = (x[i] + x[i + 1])/2."""
    count = x.shape[axis]
    after = torch.cat([x.narrow(axis, 1, count - 1), torch.zeros_like(x.narrow(axis, 0, 1))], axis)
    return torch.stack([x, (x + after) / 2], axis + 1).flatten(axis, axis + 1)


def _halve(x: Tensor, axis: int) -> Tensor:
    """Weigh three neighbours: y[i] = (x[2i − 1] + 2·x[2i] + x[2i + 1])/4."""
    here, after = x.unflatten(axis, (-1, 2)).unbind(axis + 1)
    kept = after.narrow(axis, 0, after.shape[axis] - 1)
    before = torch.cat([torch.zeros_like(after.narrow(axis, 0, 1)), kept], axis)
    return (before + 2 * here + after) / 4


class Biased(nn.Module):
    """A bias for each channel, then LeakyReLU 0.2."""

    def __init__(self, channels: int):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, channels, ...) to the same shape."""
        return F.leaky_relu(x + self.bias.to(x.dtype).view(-1, *[1] * (x.dim() - 2)), SLOPE)


class Residual(nn.Module):
    """x + 1×1 (3×3 grouped (1×1 (x))), an inverted bottleneck; it starts as the identity.

    Args:
        channels: in and out.
        blocks: residual blocks of the whole network, L: the first two layers start L^(−1/4) smaller than
            their fan-in asks, and the last one at zero (after Fix-up, Zhang et al. 2019).
        group: channels a group of the 3×3 convolution.
    """

    def __init__(self, channels: int, blocks: int, group: int):
        super().__init__()
        wide = 2 * channels
        gain = GAIN * blocks**-0.25
        self.widen = _conv(channels, wide, 1, gain)
        self.active1 = Biased(wide)
        self.mix = _conv(wide, wide, 3, gain, groups=max(1, wide // group))
        self.active2 = Biased(wide)
        self.narrow = _conv(wide, channels, 1, 0.0)

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, channels, h, w) to the same shape."""
        return x + self.narrow(self.active2(self.mix(self.active1(self.widen(x)))))


class ToBasis(nn.Module):
    """Latent (n, d) -> (n, channels, side, side): learned maps, each scaled by a linear function of it."""

    def __init__(self, latent: int, channels: int, side: int):
        super().__init__()
        self.basis = nn.Parameter(torch.randn(channels, side, side))
        self.scale = nn.Linear(latent, channels, bias=False)
        nn.init.normal_(self.scale.weight, std=latent**-0.5)

    def forward(self, latent: Tensor) -> Tensor:
        """Return the maps."""
        return self.basis * self.scale(latent)[:, :, None, None]


def residual_generator(
    size: int, image_channels: int, *, latent: int, width: int, blocks: int, group: int
) -> nn.Sequential:
    """Build latent -> stages of residual blocks with bilinear upsampling between -> image, unbounded.

    Args:
        size: side of the image in pixels, of those that ``nearest_even`` returns.
        image_channels: channels of the image.
        latent: dimension of the latent.
        width: channels of all maps, a multiple of half of ``group``.
        blocks: residual blocks a stage.
        group: channels a group of the 3×3 convolutions.
    """
    chain = sides(size, 2)
    layers: list[tuple[str, nn.Module]] = [("basis", ToBasis(latent, width, chain[-1]))]
    for stage in range(len(chain)):
        if stage:
            layers.append((f"up{stage}", Blur(up=True)))
        for index in range(blocks):
            layers.append((f"block{stage}_{index}", Residual(width, blocks * len(chain), group)))
    layers.append(("to_image", _conv(width, image_channels, 1, 1.0)))
    return named(layers)


def residual_critic(size: int, image_channels: int, *, width: int, blocks: int, group: int) -> Critic:
    """Build image -> stages of residual blocks with bilinear downsampling between -> a score.

    Arguments as for :func:`residual_generator`.
    """
    chain = sides(size, 2)
    layers: list[tuple[str, nn.Module]] = [("from_image", _conv(image_channels, width, 1, 1.0))]
    for stage in range(len(chain)):
        for index in range(blocks):
            layers.append((f"block{stage}_{index}", Residual(width, blocks * len(chain), group)))
        if stage < len(chain) - 1:
            layers.append((f"down{stage}", Blur(up=False)))
    gather = _conv(width, width, chain[-1], 1.0, groups=width, padding=0)
    layers += [("gather", gather), ("flatten", nn.Flatten())]
    head = nn.Linear(width, 1, bias=False)
    nn.init.normal_(head.weight, std=width**-0.5)
    return Critic(named(layers), head)


def _conv(
    inputs: int, outputs: int, kernel: int, gain: float, *, groups: int = 1, padding: int | None = None
) -> nn.Conv2d:
    padding = kernel // 2 if padding is None else padding
    layer = nn.Conv2d(inputs, outputs, kernel, padding=padding, groups=groups, bias=False)
    fan_in = kernel * kernel * inputs // groups
    if gain:
        nn.init.normal_(layer.weight, std=gain / math.sqrt(fan_in))
    else:
        nn.init.zeros_(layer.weight)
    return layer
