"""The energy of a Boltzmann machine of two layers of bits, its Gibbs chain, and its normaliser."""

import math
from collections.abc import Iterable
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

COUNTABLE = 12  # units of the smaller layer, whose states are counted one by one
CHAINS, BURN_IN = 100, 200  # of annealing: chains, and turns of Gibbs sampling that find out where it starts
SMOOTH = 0.01  # least chance of a bit where annealing starts


class Energy(nn.Module):
    """E(v, h) = −aᵀv − bᵀh − vᵀWh of binary visible and hidden units, on (n, visible) rows.

    Args:
        visible: number of visible units.
        hidden: number of hidden units.
    """

    def __init__(self, visible: int, hidden: int):
        super().__init__()
        self.weight = nn.Parameter(0.01 * torch.randn(visible, hidden))  # W, as Hinton's guide (2010) starts it
        self.visible_bias = nn.Parameter(torch.zeros(visible))  # a
        self.hidden_bias = nn.Parameter(torch.zeros(hidden))  # b

    def forward(self, v: Tensor) -> Tensor:
        """Return the free energy F(v) of shape (n,), in nats."""
        return -(v @ self.visible_bias) - F.softplus(self.hidden_bias + v @ self.weight).sum(1)

    def chances_of_hidden(self, v: Tensor) -> Tensor:
        """Return p(h = 1 | v) of shape (n, hidden)."""
        return torch.sigmoid(self.hidden_bias + v @ self.weight)

    def chances_of_visible(self, h: Tensor) -> Tensor:
        """Return p(v = 1 | h) of shape (n, visible)."""
        return torch.sigmoid(self.visible_bias + h @ self.weight.T)

    @torch.no_grad()
    def gibbs(self, v: Tensor, turns: int) -> tuple[Tensor, Tensor]:
        """Return states after ``turns`` of Gibbs sampling, and the chances that they were drawn with."""
        chances = v
        for _ in range(turns):
            chances = self.chances_of_visible(torch.bernoulli(self.chances_of_hidden(v)))
            v = torch.bernoulli(chances)
        return v, chances

    @torch.no_grad()
    def counted(self) -> Tensor:
        """Return log Z in float64 nats, summed over all states of the smaller layer.

        Raises:
            ValueError: that layer has more than ``COUNTABLE`` units.
        """
        w, a, b = self.weight.double(), self.visible_bias.double(), self.hidden_bias.double()
        if w.shape[1] > w.shape[0]:
            w, a, b = w.T, b, a
        units = w.shape[1]
        if units > COUNTABLE:
            raise ValueError(f"2^{units} states are too many to count; the smaller layer may have {COUNTABLE}")
        index = torch.arange(2**units, device=w.device)
        states = (index[:, None] >> torch.arange(units, device=w.device) & 1).double()  # (2^units, units)
        return (states @ b + F.softplus(a + states @ w.T).sum(1)).logsumexp(0)

    @torch.no_grad()
    def annealed(self, temperatures: Iterable[float], *, chains: int = CHAINS) -> tuple[Tensor, Tensor]:
        """Estimate log Z by annealed importance sampling (Salakhutdinov and Murray 2008, section 4).

        Chains start from independent bits that are as frequent as those of the machine itself, with biases c,
        and follow F_β(v) = −(1 − β) cᵀv − β aᵀv − Σ_j log(1 + exp β(b_j + (Wᵀv)_j)) from β = 0 to 1.

        Args:
            temperatures: β, rising from 0 to 1.
            chains: independent ones.

        Returns:
            (log Z in nats, its standard error over chains). The error knows nothing of what no chain has found.
        """
        visible, hidden = self.weight.shape
        noise = torch.full((chains, visible), 0.5, dtype=self.weight.dtype, device=self.weight.device)
        frequency = self.gibbs(torch.bernoulli(noise), BURN_IN)[1].mean(0)
        c = torch.logit(frequency.clamp(SMOOTH, 1 - SMOOTH))
        v = torch.bernoulli(torch.sigmoid(c).expand(chains, visible))
        log_weight = torch.zeros(chains, dtype=torch.float64, device=v.device)
        for before, now in pairwise(temperatures):
            drive, slope = self.hidden_bias + v @ self.weight, v @ (self.visible_bias - c)
            change = (now - before) * slope + (F.softplus(now * drive) - F.softplus(before * drive)).sum(1)
            log_weight += change
            h = torch.bernoulli(torch.sigmoid(now * drive))
            v = torch.bernoulli(torch.sigmoid((1 - now) * c + now * (self.visible_bias + h @ self.weight.T)))
        start = F.softplus(c).sum().double() + hidden * math.log(2)
        mean = log_weight.logsumexp(0) - math.log(chains)
        error = (log_weight - mean).exp().std() / math.sqrt(chains)
        return start + mean, error


def temperatures(count: int) -> list[float]:
    """Return β from 0 to 1 in ``count`` steps, at least 3, spaced as those of Salakhutdinov and Murray (2008).

    Of their 14,500 (section 6) 500 reach 0.5, 4,000 more 0.9, and 10,000 more 1: most are near the machine.
    """
    first, second = max(1, count * 500 // 14_500), max(1, count * 4_000 // 14_500)
    parts = ((0.0, 0.5, first), (0.5, 0.9, second), (0.9, 1.0, count - first - second))
    return [low + (high - low) * i / steps for low, high, steps in parts for i in range(steps)] + [1.0]
