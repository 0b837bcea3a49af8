"""Networks between pictures and the normals of what they show (after Wang & Gupta 2016)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from saddlepoint.networks.blocks import ToMap, named

LEAST = 1e-6  # length below which a direction is none


class Directions(nn.Module):
    """tanh, and unit length at every pixel."""

    def forward(self, x: Tensor) -> Tensor:
        """Map (n, 3, h, w) to unit vectors of the same shape."""
        return F.normalize(torch.tanh(x), dim=1, eps=LEAST)


class Painter(nn.Module):
    """Normals and noise -> a picture: both become maps of half the side, are joined, and are drawn from.

    Batch normalisation and ReLU everywhere but at the output, which is a tanh.

    Args:
        side: of the picture in pixels, a multiple of 4.
        latent: dimension of the noise.
        width: channels of the map of all pixels; twice and four times as many below.
    """

    def __init__(self, side: int, *, latent: int, width: int):
        super().__init__()
        w = width
        self.of_normals = nn.Sequential(*_down(3, w, 5), *_same(w, 2 * w))
        self.of_noise = named(
            [
                ("project", nn.Linear(latent, 2 * w * (side // 4) ** 2, bias=False)),
                ("map", ToMap(2 * w, side // 4)),
                ("norm", nn.BatchNorm2d(2 * w)),
                ("relu", nn.ReLU(inplace=True)),
                *((f"up{index}", layer) for index, layer in enumerate(_up(2 * w, w))),
            ]
        )
        self.body = nn.Sequential(
            *_same(3 * w, 2 * w),
            *_down(2 * w, 4 * w, 4),
            *_same(4 * w, 4 * w),
            *_up(4 * w, 2 * w),
            *_up(2 * w, w),
        )
        self.to_picture = nn.Conv2d(w, 3, 5, padding=2)

    def forward(self, normals: Tensor, noise: Tensor) -> Tensor:
        """Map (n, 3, h, h) unit normals and (n, latent) to (n, 3, h, h) pictures in [−1, 1]."""
        joined = torch.cat([self.of_normals(normals), self.of_noise(noise)], 1)
        return torch.tanh(self.to_picture(self.body(joined)))


class NormalEstimator(nn.Module):
    """A picture -> the normals of what it shows: down to a quarter of the side and up again, with shortcuts.

    Args:
        width: channels at half the side; twice as many at a quarter.
    """

    def __init__(self, width: int):
        super().__init__()
        w = width
        self.fine = nn.Sequential(*_down(3, w, 4), *_same(w, w))
        self.coarse = nn.Sequential(*_down(w, 2 * w, 4), *_same(2 * w, 2 * w), *_around(2 * w))
        self.up = nn.Sequential(*_up(2 * w, w))
        self.joined = nn.Sequential(*_same(2 * w, w), *_up(w, w // 2))
        self.to_normals = nn.Conv2d(w // 2 + 3, 3, 3, padding=1)

    def code(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """Return maps of half and of a quarter of the side, (n, w, h/2, h/2) and (n, 2w, h/4, h/4)."""
        fine = self.fine(picture)
        return fine, self.coarse(fine)

    def forward(self, picture: Tensor) -> Tensor:
        """Map (n, 3, h, h) pictures in [−1, 1] to unit normals of the same shape."""
        fine, coarse = self.code(picture)
        finest = self.joined(torch.cat([fine, self.up(coarse)], 1))
        return F.normalize(self.to_normals(torch.cat([finest, picture], 1)), dim=1, eps=LEAST)


def _same(inputs: int, outputs: int, reach: int = 1) -> list[nn.Module]:
    """Return a 3×3 convolution that sees ``reach`` pixels far, normalised."""
    return _normalised(nn.Conv2d(inputs, outputs, 3, 1, reach, dilation=reach, bias=False), outputs)


def _down(inputs: int, outputs: int, kernel: int) -> list[nn.Module]:
    """Return a convolution to half the side, normalised."""
    return _normalised(nn.Conv2d(inputs, outputs, kernel, 2, (kernel - 1) // 2, bias=False), outputs)


def _up(inputs: int, outputs: int) -> list[nn.Module]:
    """Return a transposed convolution to twice the side, normalised."""
    return _normalised(nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False), outputs)


def _around(width: int) -> list[nn.Module]:
    """Return convolutions that see farther and farther: how a surface lies is not seen in a pixel alone."""
    return [layer for reach in (2, 4) for layer in _same(width, width, reach)]


def _normalised(layer: nn.Module, outputs: int) -> list[nn.Module]:
    return [layer, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
