"""A latent of many components whose codes are learned (after DeLiGAN, Gurumurthy et al. 2017)."""

import torch
from torch import Tensor, nn

HASTE = 10.0  # codes are kept this many times smaller, so that Adam moves them as much faster


class LatentMixture(nn.Module):
    """Normal noise -> the code of a component beside the rest of the noise; components are equally likely.

    The first number of the noise chooses the component, by its rank among normal numbers.

    Args:
        components: how many.
        size: dimension of a code.
    """

    def __init__(self, components: int, size: int):
        super().__init__()
        self.codes = nn.Parameter(torch.randn(components, size) / HASTE)

    def forward(self, noise: Tensor) -> Tensor:
        """Map (n, 1 + m) standard normal numbers to (n, size + m)."""
        rank = torch.special.ndtr(noise[:, 0].float())
        component = (rank * len(self.codes)).long().clamp(max=len(self.codes) - 1)
        return torch.cat([HASTE * self.codes[component], noise[:, 1:]], dim=1)
