"""How different two pictures look to a network that learned to name them."""

from collections.abc import Callable, Sequence
from typing import Protocol

import torch.nn.functional as F
from torch import Tensor

from saddlepoint.networks.efficientnet_lite import EfficientNetLite, efficientnet_lite

BLOCKS = (1, 3, 5)  # whose maps are compared: 16, 24, 40 channels at a half, a quarter, an eighth of the side


class Naming(Protocol):
    """A network that names pictures, and shows how it comes to that."""

    def maps(self, picture: Tensor) -> Sequence[Tensor]:
        """Return the maps (n, c', h', w') to compare of (n, c, h, w) pictures in [−1, 1]."""
        ...


class Photographs:
    """EfficientNet-Lite0's maps of pictures with one or three channels.

    Args:
        network: it.
        blocks: whose maps, fine to coarse.
    """

    def __init__(self, network: EfficientNetLite, blocks: Sequence[int] = BLOCKS):
        self.network = network
        self.blocks = blocks

    def maps(self, picture: Tensor) -> list[Tensor]:
        """Return the maps of the blocks."""
        found = self.network.to(picture.device).maps(picture.expand(-1, 3, -1, -1), max(self.blocks))
        return [found[block - 1] for block in self.blocks]


class Perceptual:
    """1 − the cosine between two pictures' channels, the mean over places and maps of a network.

    Twice that is LPIPS (Zhang et al. 2018, equation 1) of another network, without learned weights and with the
    mean over maps for their sum. The network is no part of any module: nobody moves or stores it, and it is
    read on first use.

    Args:
        encoder: name of the encoder that has the same network.
        read: () -> the network.
    """

    def __init__(self, encoder: str, read: Callable[[], Naming]):
        self.encoder = encoder
        self._read = read
        self._network: Naming | None = None

    def __call__(self, image: Tensor, truth: Tensor) -> Tensor:
        """Return (n,) distances in [0, 2] of (n, c, h, w) pictures in [−1, 1].

        Raises:
            UserError: the network cannot be read.
        """
        if self._network is None:
            self._network = self._read()
        parts = [
            1 - F.cosine_similarity(ours.float(), theirs.float(), dim=1).mean((1, 2))
            for ours, theirs in zip(self._network.maps(image), self._network.maps(truth), strict=True)
        ]
        return sum(parts[1:], parts[0]) / len(parts)


def of_photographs() -> Perceptual:
    """Return the distance of what EfficientNet-Lite0 sees, of the extra ``imagenet``; c is 1 or 3."""
    return Perceptual("imagenet", lambda: Photographs(efficientnet_lite()))
