"""The restricted Boltzmann machine, trained with persistent chains (Tieleman 2008): an energy, no generator.

Binary pixels v and hidden units h have the energy E(v, h) = −aᵀv − bᵀh − vᵀWh. Summed over h it leaves the free
energy

    F(v) = −aᵀv − Σ_j log(1 + exp(b_j + (Wᵀv)_j)),        p(v) = exp(−F(v)) / Z.

The one player, m, minimises

    likelihood       E F(v) − E F(ṽ),

whose gradient is that of −E log p(v) if the ṽ are drawn from the model. They are the states of chains that go
on from step to step: a few turns of Gibbs sampling, h ~ p(h|v) = σ(b + Wᵀv) and v ~ p(v|h) = σ(a + Wh), on
weights that have hardly changed. Pixels in [0, 1] are the chances of the bits that each step draws.
"""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, recipe
from saddlepoint.core.protocol import Batch, Family, Progress, Terms


class Energy(nn.Module):
    """E(v, h) of binary visible and hidden units, on (n, visible) rows.

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


class RBM(Family):
    """An energy, and chains that follow it.

    Args:
        energy: the machine.
        shape: of one example.
        chains: how many are kept.
        gibbs: turns of each chain a step.
        burn_in: turns before a sample is taken, from bits at random.
    """

    players = {"m": ("energy",)}  # noqa: RUF012
    critics = ()
    coupled = 0  # the chains belong to the whole batch

    chain: Tensor

    def __init__(self, energy: Energy, shape: tuple[int, ...], *, chains: int, gibbs: int, burn_in: int):
        super().__init__()
        self.energy = energy
        self.shape = shape
        self.gibbs = gibbs
        self.burn_in = burn_in
        self.register_buffer("chain", torch.bernoulli(torch.full((chains, math.prod(shape)), 0.5)))

    def turns(self, progress: Progress) -> tuple[str, ...]:
        """Return the one player there is."""
        return ("m",)

    def latent(self, n: int, *, rng: Generator, condition: Tensor | None = None) -> Tensor:
        """Draw bits of shape (n, pixels), from which a chain that is sampled starts."""
        size = self.chain.shape[1]
        return torch.bernoulli(torch.full((n, size), 0.5, device=rng.device), generator=rng)

    def fakes(self, player: str, latent: Any, batch: Batch) -> Tensor:
        """Return (chains, pixels) bits: the persistent chains, some turns on."""
        self.chain.copy_(self.energy.gibbs(self.chain, self.gibbs)[0])
        return self.chain.clone()

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Return the difference of free energies between data and chains."""
        bits = torch.bernoulli(batch.real.flatten(1).float())
        real, model = self.energy(bits).mean(), self.energy(fake).mean()
        return Terms({"likelihood": real - model}, {"F(v)": real.detach(), "F(chain)": model.detach()})

    def sample(self, latent: Any) -> Tensor:
        """Return the chances of the pixels in the last turn of a chain that started from ``latent``."""
        return self.energy.gibbs(latent, self.burn_in)[1].unflatten(1, self.shape)


@recipe()
def rbm(
    data: DataSpec,
    *,
    hidden: int = 500,
    chains: int = 100,
    gibbs: int = 5,
    burn_in: int = 200,
    lr: float = 0.05,
) -> Experiment:
    """A restricted Boltzmann machine with persistent chains: how digits were generated before GANs.

    Args:
        hidden: hidden units.
        chains: persistent chains.
        gibbs: turns of each chain a step.
        burn_in: turns before a sample is taken.
        lr: learning rate at the start; it falls to 0 along a line.
    """
    energy = Energy(math.prod(data.shape), hidden)
    if data.mean is not None:  # the marginals are right from the start
        mean = torch.from_numpy(data.mean()).permute(2, 0, 1).flatten().float()
        with torch.no_grad():
            energy.visible_bias.copy_(torch.logit(mean.clamp(0.01, 0.99)))
    return Experiment(
        RBM(energy, data.tensor_shape, chains=chains, gibbs=gibbs, burn_in=burn_in),
        {"m": Optimizer(lr=lr, kind="sgd", schedules={"lr": lambda progress: lr * (1 - progress.fraction)})},
        batch=100,
        budget=Budget(images=600_000),
        pixels=(0.0, 1.0),
        objective="likelihood, by persistent contrastive divergence",
    )
