"""Networks for few images: skip-layer excitation, and a critic that redraws what it sees (Liu et al. 2021)."""

from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn

from saddlepoint.core.protocol import Critique
from saddlepoint.networks.blocks import ToMap, named
from saddlepoint.networks.sizes import channels

BASE = 4  # side of the smallest map
REACH = 16  # how many times larger the map is that a map excites
CODE = 8  # side of the critic's last map
SLOPE = 0.2


def nearest_power(native: int) -> int:
    """Return whichever of 32, 64, 128 and 256 pixels is nearest to ``native``."""
    return min((32, 64, 128, 256), key=lambda size: abs(size - native))


class Excitation(nn.Module):
    """Scale each channel of a large map by what a small one of the same image says (section 3.1).

    Args:
        small: channels of the small map.
        large: channels of the large one.
    """

    def __init__(self, small: int, large: int):
        super().__init__()
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(BASE),
            nn.Conv2d(small, large, BASE, bias=False),
            nn.SiLU(),
            nn.Conv2d(large, large, 1, bias=False),
            nn.Sigmoid(),
        )

    def forward(self, small: Tensor, large: Tensor) -> Tensor:
        """Map (n, small, s, s) and (n, large, t, t) to (n, large, t, t)."""
        return large * self.gate(small)


class ExcitedGenerator(nn.Module):
    """Latent -> maps that double their side -> image; a map excites the one 16 times its side.

    Args:
        size: side of the image: 32, where nothing is excited, 64, 128 or 256 pixels.
        image_channels: channels of the image.
        latent: dimension of the latent.
        width: channels of the map of 32 pixels, doubled for each halving of its side, at most 8 times.
    """

    def __init__(self, size: int, image_channels: int, *, latent: int, width: int):
        super().__init__()
        self.sides = _doubling(BASE, size)
        wide = {side: channels(side, width) for side in self.sides}
        self.project = nn.Sequential(
            nn.Linear(latent, 2 * wide[BASE] * BASE * BASE, bias=False),
            ToMap(2 * wide[BASE], BASE),
            nn.BatchNorm2d(2 * wide[BASE]),
            nn.GLU(dim=1),
        )
        steps = pairwise(self.sides)
        self.up = nn.ModuleDict({str(large): _up(wide[small], wide[large]) for small, large in steps})
        excited = [side for side in self.sides if side >= REACH * BASE]
        self.excite = nn.ModuleDict(
            {str(side): Excitation(wide[side // REACH], wide[side]) for side in excited}
        )
        last = nn.Conv2d(wide[size], image_channels, 3, padding=1, bias=False)
        self.to_image = nn.Sequential(last, nn.Tanh())

    def forward(self, latent: Tensor) -> Tensor:
        """Map (n, latent) to images (n, c, size, size) in [-1, 1]."""
        maps = {BASE: self.project(latent)}
        for small, large in pairwise(self.sides):
            x = self.up[str(large)](maps[small])
            if str(large) in self.excite:
                x = self.excite[str(large)](maps[large // REACH], x)
            maps[large] = x
        return self.to_image(maps[self.sides[-1]])


class RedrawingCritic(nn.Module):
    """Image -> maps that halve their side, down to 8 pixels -> a score; the last map can be drawn again.

    Arguments as for :class:`ExcitedGenerator`. The score is the mean over the 25 places of a 4×4 convolution.
    """

    def __init__(self, size: int, image_channels: int, *, width: int):
        super().__init__()
        sides = _doubling(CODE, size)[::-1]
        wide = {side: channels(side, width) for side in sides}
        first = nn.Conv2d(image_channels, wide[sides[1]], 4, 2, 1, bias=False)
        self.stem = nn.Sequential(first, nn.LeakyReLU(SLOPE))
        self.down = nn.Sequential(*(Halve(wide[large], wide[small]) for large, small in pairwise(sides[1:])))
        code = wide[CODE]
        self.head = nn.Sequential(
            nn.Conv2d(code, code, 1, bias=False),
            nn.BatchNorm2d(code),
            nn.LeakyReLU(SLOPE),
            nn.Conv2d(code, 1, 4, bias=False),
        )
        layers = [(f"up{side}", _up(wide[side // 2], wide[side])) for side in sides[-2:0:-1]]
        last = nn.Conv2d(wide[sides[1]], image_channels, 3, padding=1, bias=False)
        self.redraw = named([*layers, ("to_image", last), ("output", nn.Tanh())])

    def forward(self, x: Tensor) -> Critique:
        """Return score (n,) and feature (n, f) of images (n, c, size, size), and the map behind them."""
        code = self.down(self.stem(x))
        return Critique(self.head(code).flatten(1).mean(1).float(), code.mean((2, 3)), (x, code))


class Halve(nn.Module):
    """Halve a map's side: the mean of strided convolutions and of pooling with a 1×1 convolution.

    Args:
        inputs: channels in.
        outputs: channels out.
    """

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.convolved = nn.Sequential(
            nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.LeakyReLU(SLOPE),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.LeakyReLU(SLOPE),
        )
        self.pooled = nn.Sequential(
            nn.AvgPool2d(2),
            nn.Conv2d(inputs, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.LeakyReLU(SLOPE),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, inputs, s, s) to (n, outputs, s/2, s/2)."""
        return (self.convolved(x) + self.pooled(x)) / 2


def redrawing_error(critic: RedrawingCritic, said: Critique) -> Tensor:
    """Return (n,): mean absolute difference between images and what the critic redraws, at half their side."""
    image, code = said.maps
    return (critic.redraw(code).float() - F.avg_pool2d(image.float(), 2)).abs().mean((1, 2, 3))


def _up(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Upsample(scale_factor=2),
        nn.Conv2d(inputs, 2 * outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(2 * outputs),
        nn.GLU(dim=1),
    )


def _doubling(least: int, most: int) -> list[int]:
    sides = [least]
    while sides[-1] < most:
        sides.append(2 * sides[-1])
    return sides
