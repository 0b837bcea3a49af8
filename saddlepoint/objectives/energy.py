"""Losses on energies: the per-sample margin and the repelling regulariser (Zhao et al. 2016)."""

import torch
import torch.nn.functional as F
from torch import Tensor


def margin_loss(real: Tensor, fake: Tensor, margin: float) -> Tensor:
    """Return (n,) E(x) + max(0, m − E(G(z))) for each sample by itself (Zhao et al. 2016, eq. 1)."""
    return real + F.relu(margin - fake)


def pulling_away(code: Tensor) -> Tensor:
    """Return the mean squared cosine between the codes (n, f) of different rows (Zhao et al. 2016, sec. 2.4).

    A scalar in [0, 1]: 1 where all codes lie on one line through 0, 0 where they are orthogonal.
    """
    unit = code / code.norm(dim=1, keepdim=True).clamp_min(1e-12)
    squared = (unit @ unit.T).square()
    n = len(code)
    return (squared.sum() - torch.diagonal(squared).sum()) / (n * (n - 1))
