"""Laplacian pyramids (Burt and Adelson 1983), and networks that make and judge one of their bands.

The networks are those of the code of Denton et al. (2015) for the step from 16 to 32 pixels, at any side.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from saddlepoint.core.errors import UserError
from saddlepoint.core.protocol import Critique
from saddlepoint.networks.blocks import Critic, named, one_hot, visit

COARSEST = 8  # pixels at which halving stops, as in the paper
LEAST = 4  # pixels of the coarsest level that a band critic above it can still look at


def level_sides(size: int, levels: int | None = None) -> tuple[int, ...]:
    """Return the sides of the images of a pyramid, coarse to fine: (8, 16, 32), or (7, 14, 28).

    Args:
        size: side of the finest one in pixels; odd sides halve up.
        levels: how many; by default as many as it takes to come to 8 pixels or less, and two at least.

    Raises:
        UserError: so many levels would end below 4 pixels.
    """
    sides = [size]
    while len(sides) < levels if levels else sides[0] > COARSEST or len(sides) < 2:
        sides.insert(0, (sides[0] + 1) // 2)
    if sides[0] < LEAST:
        most = sum(side >= LEAST for side in sides)
        raise UserError(f"{len(sides)} levels halve {size} pixels to {sides[0]}; give --levels {most} at most")
    return tuple(sides)


def down(image: Tensor, side: int) -> Tensor:
    """Blur and reduce (n, c, h, w) images to ``side`` pixels, by antialiased bilinear interpolation."""
    return F.interpolate(image, size=(side, side), mode="bilinear", antialias=True)


def up(image: Tensor, side: int) -> Tensor:
    """Enlarge (n, c, h, w) images to ``side`` pixels by bilinear interpolation."""
    return F.interpolate(image, size=(side, side), mode="bilinear")


def pyramid(image: Tensor, sides: tuple[int, ...]) -> list[Tensor]:
    """Split (n, c, h, w) images into the coarsest one and bands h = I − up(down(I)), coarse to fine (eq. 2)."""
    bands: list[Tensor] = []
    for coarse, fine in zip(sides[-2::-1], sides[:0:-1], strict=True):
        smaller = down(image, coarse)
        bands.insert(0, image - up(smaller, fine))
        image = smaller
    return [image, *bands]


def reconstruct(parts: list[Tensor]) -> Tensor:
    """Add up what :func:`pyramid` split (eq. 3)."""
    image, *bands = parts
    for band in bands:
        image = up(image, band.shape[-1]) + band
    return image


def band_generator(inputs: int, channels: int, width: int) -> nn.Sequential:
    """Build maps (n, inputs, s, s) of noise and coarse image -> a band (n, channels, s, s), without bounds."""
    return named(
        [
            ("conv0", nn.Conv2d(inputs, width, 7, padding=3)),
            ("activation0", nn.ReLU()),
            ("conv1", nn.Conv2d(width, width, 7, padding=3)),
            ("activation1", nn.ReLU()),
            ("to_band", nn.Conv2d(width, channels, 5, padding=2)),
        ]
    )


def band_critic(inputs: int, side: int, width: int) -> Critic:
    """Build maps (n, inputs, side, side) -> score: two convolutions without padding, dropout, a dense head.

    Kernels are 5 wide as in the code, and 3 below 12 pixels, where 5 would leave nothing.
    """
    kernel = 5 if side >= 12 else 3
    left = (side - 2 * kernel + 1) // 2 + 1
    body = [
        ("conv0", nn.Conv2d(inputs, width, kernel)),
        ("activation0", nn.ReLU()),
        ("conv1", nn.Conv2d(width, width, kernel, 2)),
        ("activation1", nn.ReLU()),
        ("drop", nn.Dropout(0.5)),
    ]
    return Critic(named(body), named([("flatten", nn.Flatten()), ("dense", nn.Linear(width * left**2, 1))]))


def kept_scale(network: nn.Module) -> nn.Module:
    """Draw weights so that ReLU layers keep the scale of what they are given (He et al. 2015, eq. 10).

    From torch's own smaller ones a dense generator makes nearly the same image of every noise, and is slow to
    leave that behind: after 1,000 steps on digits of 4 pixels its pixels varied a sixth as much.
    """

    def initialise(layer: nn.Module) -> None:
        if isinstance(layer, nn.Linear | nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                layer.bias.zero_()

    return visit(network, initialise)


class BesideClass(nn.Module):
    """A network on vectors that are followed by the one-hot class.

    Args:
        network: (n, f + classes) -> anything.
        classes: number of labels.
    """

    def __init__(self, network: nn.Module, classes: int):
        super().__init__()
        self.network = network
        self.classes = classes

    def forward(self, x: Tensor, label: Tensor) -> Tensor | Critique:
        """Hand on (n, ...) inputs, flattened, with (n,) int64 labels."""
        return self.network(torch.cat([x.flatten(1), one_hot(label, self.classes, x.dtype)], 1))


class OverClass(nn.Module):
    """A network on maps that have one more plane, made of the class: one-hot -> dense -> ReLU.

    Args:
        network: (n, c + 1, side, side) -> anything.
        classes: number of labels.
        side: of the maps in pixels.
    """

    def __init__(self, network: nn.Module, classes: int, side: int):
        super().__init__()
        self.network = network
        self.classes = classes
        self.dense = nn.Linear(classes, side * side)

    def forward(self, x: Tensor, label: Tensor) -> Tensor | Critique:
        """Hand on (n, c, side, side) maps with the plane of (n,) int64 labels."""
        plane = self.dense(one_hot(label, self.classes, x.dtype)).relu().view(-1, 1, *x.shape[2:])
        return self.network(torch.cat([x, plane.to(x.dtype)], 1))
