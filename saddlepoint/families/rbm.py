"""The restricted Boltzmann machine, trained by contrastive divergence or with persistent chains: no generator.

Binary pixels v and hidden units h have the energy E(v, h) = −aᵀv − bᵀh − vᵀWh. Summed over h it leaves the free
energy

    F(v) = −aᵀv − Σ_j log(1 + exp(b_j + (Wᵀv)_j)),        p(v) = exp(−F(v)) / Z.

The one player, m, minimises

    likelihood       E F(v) − E F(ṽ),

whose gradient is that of −E log p(v) if the ṽ are drawn from the model. They are the states of chains after k
turns of Gibbs sampling, h ~ p(h|v) = σ(b + Wᵀv) and v ~ p(v|h) = σ(a + Wh). Persistent chains go on from step
to step, on weights that have hardly changed (Tieleman 2008). With --no-persistent they start from the batch
itself, contrastive divergence (CD-k, Hinton 2002), whose short chains never leave the data far behind. Pixels
in [0, 1] are the chances of the bits that each step draws.
"""

import math
from typing import Any

import torch
from torch import Generator, Tensor

from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, recipe
from saddlepoint.core.protocol import Batch, Density, Family, Progress, Terms
from saddlepoint.networks.boltzmann import COUNTABLE, Energy, temperatures

TEMPERATURES = 2_000  # of annealing, for the likelihood on a card


class RBM(Family):
    """An energy, and chains that follow it.

    Args:
        energy: the machine.
        shape: of one example.
        chains: how many persistent ones are kept; None starts chains from the batch.
        gibbs: turns of each chain a step.
        burn_in: turns before a sample is taken, from bits at random.
    """

    players = {"m": ("energy",)}  # noqa: RUF012
    critics = ()
    coupled = 0  # the chains belong to the whole batch

    chain: Tensor

    def __init__(self, energy: Energy, shape: tuple[int, ...], *, chains: int | None, gibbs: int, burn_in: int):
        super().__init__()
        self.energy = energy
        self.shape = shape
        self.gibbs = gibbs
        self.burn_in = burn_in
        self.persistent = chains is not None
        if chains is not None:
            self.register_buffer("chain", torch.bernoulli(torch.full((chains, math.prod(shape)), 0.5)))

    def turns(self, progress: Progress) -> tuple[str, ...]:
        """Return the one player there is."""
        return ("m",)

    def latent(self, n: int, *, rng: Generator, condition: Tensor | None = None) -> Tensor:
        """Draw bits of shape (n, pixels), from which a chain that is sampled starts."""
        return torch.bernoulli(torch.full((n, math.prod(self.shape)), 0.5, device=rng.device), generator=rng)

    def fakes(self, player: str, latent: Any, batch: Batch) -> tuple[Tensor, Tensor]:
        """Return (n, pixels) bits of the batch, and (chains, pixels) bits of the chains some turns on."""
        if self.persistent:
            self.chain.copy_(self.energy.gibbs(self.chain, self.gibbs)[0])
        bits = torch.bernoulli(batch.real.flatten(1).float())
        return bits, self.chain.clone() if self.persistent else self.energy.gibbs(bits, self.gibbs)[0]

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Return the difference of free energies between data and chains."""
        bits, states = fake
        real, model = self.energy(bits).mean(), self.energy(states).mean()
        return Terms({"likelihood": real - model}, {"F(v)": real.detach(), "F(chain)": model.detach()})

    def sample(self, latent: Any) -> Tensor:
        """Return the chances of the pixels in the last turn of a chain that started from ``latent``."""
        return self.energy.gibbs(latent, self.burn_in)[1].unflatten(1, self.shape)

    def reconstruct(self, x: Tensor) -> Tensor:
        """Return the chances of pixels after one turn that draws no bits: σ(a + W σ(b + Wᵀx))."""
        hidden = self.energy.chances_of_hidden(x.flatten(1))
        return self.energy.chances_of_visible(hidden).unflatten(1, self.shape)

    def density(self) -> Density:
        """Return log p of bits that are drawn from pixels; log Z is counted where it can be, else annealed."""
        if min(self.energy.weight.shape) <= COUNTABLE:
            normaliser, error = self.energy.counted(), 0.0
        else:
            normaliser, error = self.energy.annealed(temperatures(TEMPERATURES))
        return Density(lambda x: -self.energy(torch.bernoulli(x.flatten(1))).double() - normaliser, error=error)


@recipe()
def rbm(
    data: DataSpec,
    *,
    hidden: int = 500,
    persistent: bool = True,
    chains: int = 100,
    gibbs: int = 5,
    burn_in: int = 200,
    lr: float = 0.05,
) -> Experiment:
    """A restricted Boltzmann machine: how digits were generated before GANs.

    Args:
        hidden: hidden units.
        persistent: chains go on from step to step; without, each starts from an example of the batch.
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
        RBM(energy, data.tensor_shape, chains=chains if persistent else None, gibbs=gibbs, burn_in=burn_in),
        {"m": Optimizer(lr=lr, kind="sgd", schedules={"lr": lambda progress: lr * (1 - progress.fraction)})},
        batch=100,
        budget=Budget(images=600_000),
        range=(0.0, 1.0),
        objective=f"likelihood, by {'persistent contrastive divergence' if persistent else f'CD-{gibbs}'}",
    )
