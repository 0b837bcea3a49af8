"""A critic that sees pictures through a network which learned to name photographs (Sauer et al. 2021)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from saddlepoint.core.protocol import Critique
from saddlepoint.networks.efficientnet_lite import efficientnet_lite
from saddlepoint.networks.perceptual import Photographs
from saddlepoint.networks.spectral import SpectralConv2d

BLOCKS, CHANNELS = (1, 3, 5, 11), (16, 24, 40, 112)  # of EfficientNet-Lite0, and what their maps have
HALVINGS = (1, 2, 3, 4)  # of a picture's side, to that of those maps
SLOPE = 0.2
SPREAD = 10.0  # standard deviation of the mixed maps, about, before they are divided by it
END = 4  # side of the map that a head's last convolution sees


class Projection(nn.Module):
    """EfficientNet-Lite0's maps, mixed by convolutions that stay as they were drawn (section 3.2).

    A 1×1 convolution mixes the channels of each map; from coarse to fine, a 3×3 convolution mixes the scales.
    EfficientNet-Lite0 is no part of the module: nobody moves or stores it, and it is read on first use.

    Args:
        width: channels of each mixed map.
    """

    def __init__(self, width: int):
        super().__init__()
        self.across_channels = nn.ModuleList(nn.Conv2d(inputs, width, 1, bias=False) for inputs in CHANNELS)
        self.across_scales = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1, bias=False) for _ in CHANNELS)
        for weight in self.parameters():
            nn.init.kaiming_normal_(weight.requires_grad_(False), nonlinearity="linear")
        self._photographs: Photographs | None = None

    def forward(self, picture: Tensor) -> list[Tensor]:
        """Return mixed maps (n, width, s, s), fine to coarse, of (n, c, size, size) pictures, c 1 or 3.

        Raises:
            UserError: the package with EfficientNet-Lite0's weights is not installed.
        """
        if self._photographs is None:
            self._photographs = Photographs(efficientnet_lite(), BLOCKS)
        seen = self._photographs.maps(picture)
        mixed = [mix(maps) for maps, mix in zip(seen, self.across_channels, strict=True)]
        found: list[Tensor] = []
        for maps, mix in zip(reversed(mixed), reversed(self.across_scales), strict=True):
            if found:
                maps = maps + F.interpolate(found[-1], size=maps.shape[2:], mode="bilinear")
            found.append(mix(maps))
        return [maps / SPREAD for maps in reversed(found)]


class ProjectedCritic(nn.Module):
    """Pictures -> projected maps -> a head for each, which gives logits of places.

    Args:
        size: side of the pictures, a power of two from 32 on.
        width: channels of the mixed maps and of the heads.
    """

    def __init__(self, size: int, *, width: int):
        super().__init__()
        self.project = Projection(width)
        self.heads = nn.ModuleList(_head(size >> halvings, width) for halvings in HALVINGS)

    def forward(self, picture: Tensor) -> Critique:
        """Return the score (n,), a mean over heads and places, features (n, width), and logits of places."""
        maps = self.project(picture)
        logits = [head(x).flatten(1).float() for head, x in zip(self.heads, maps, strict=True)]
        score = torch.stack([logit.mean(1) for logit in logits]).mean(0)
        return Critique(score, maps[-1].mean((2, 3)), tuple(logits))


def _head(side: int, width: int) -> nn.Sequential:
    layers: list[nn.Module] = [SpectralConv2d(width, width, 3, 1, 1), nn.LeakyReLU(SLOPE)]
    while side > END:
        layers += [SpectralConv2d(width, width, 4, 2, 1), nn.LeakyReLU(SLOPE)]
        side //= 2
    return nn.Sequential(*layers, SpectralConv2d(width, 1, min(side, END), 1, 0))
