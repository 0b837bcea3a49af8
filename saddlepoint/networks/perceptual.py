"""How different two pictures look to a network that learned to name photographs."""

import torch.nn.functional as F
from torch import Tensor

from saddlepoint.networks.efficientnet_lite import EfficientNetLite, efficientnet_lite

BLOCKS = (1, 3, 5)  # whose maps are compared: 16, 24, 40 channels at a half, a quarter, an eighth of the side


class Perceptual:
    """1 − the cosine between two pictures' channels, the mean over places and maps of EfficientNet-Lite0.

    It is half of LPIPS (Zhang et al. 2018, equation 1) of another network, without learned weights. The network
    is no part of any module: nobody moves or stores it, and it is read on first use.

    Attributes:
        encoder: name of the encoder that has the same network.
    """

    encoder = "imagenet"

    def __init__(self):
        self._network: EfficientNetLite | None = None

    def __call__(self, image: Tensor, truth: Tensor) -> Tensor:
        """Return (n,) distances in [0, 2] of (n, c, h, w) pictures in [−1, 1], with c of 1 or 3.

        Raises:
            UserError: the package with the weights is not installed (the extra ``imagenet``).
        """
        if self._network is None:
            self._network = efficientnet_lite()
        network = self._network.to(image.device)
        ours, theirs = (network.maps(x.expand(-1, 3, -1, -1), max(BLOCKS)) for x in (image, truth))
        parts = [
            1 - F.cosine_similarity(ours[block - 1].float(), theirs[block - 1].float(), dim=1).mean((1, 2))
            for block in BLOCKS
        ]
        return sum(parts[1:], parts[0]) / len(parts)
