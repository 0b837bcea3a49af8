"""Noise-contrastive estimation (Gutmann and Hyvärinen 2010): a density learned by telling data from noise.

The model gives the logarithm of a density whose normaliser is one more parameter, ln p_m(u) = ln p⁰(u) + c
(section 2.1). With noise of a known density p_n and

    G(u) = ln p_m(u) − ln p_n(u),        h(u) = σ(G(u)),

the one player, c, minimises −2J of the paper, what a critic of a GAN does whose generator stands still,

    contrastive   −E ln h(x) − E ln(1 − h(y)),        x from the data, y from the noise,

which is smallest where p_m is the density of the data: nothing holds c but the noise. The noise is normal with
the mean and the variance of every coordinate of the data, and never changes.

There is no generator and there are no samples, but a density.
"""

import math
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, OrZero, between, recipe
from saddlepoint.core.protocol import Batch, Density, Family, Progress, Terms
from saddlepoint.networks.blocks import Octaves
from saddlepoint.networks.mlp import mlp_critic

EFFECTIVE = 100.0  # draws of the noise that the estimate of a normaliser must be worth
LEAST = 0.01  # deviation of the noise, where a pixel is the same in all images
DRAWS, PART = 1 << 18, 1 << 13  # of the noise, in all and at once


class Unnormalised(nn.Module):
    """ln p⁰(u) + c of examples.

    Args:
        network: (n, ...) examples -> ln p⁰(u) as the score.
    """

    def __init__(self, network: nn.Module):
        super().__init__()
        self.network = network
        self.log_normaliser = nn.Parameter(torch.zeros(()))  # c

    def forward(self, x: Tensor) -> Tensor:
        """Return (n,) in nats."""
        return self.network(x).score.float() + self.log_normaliser


class Noise(nn.Module):
    """Independent normal numbers.

    Args:
        mean: of each, of the shape of an example.
        deviation: standard deviation of each.
    """

    of_data = ("mean", "deviation")
    mean: Tensor
    deviation: Tensor

    def __init__(self, mean: Tensor, deviation: Tensor):
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)

    def forward(self, standard: Tensor) -> Tensor:
        """Turn standard normal numbers (n, ...) into draws."""
        return self.mean + self.deviation * standard

    def standard(self, x: Tensor) -> Tensor:
        """Return the standard normal numbers of which ``x`` is drawn."""
        return (x - self.mean) / self.deviation

    def log(self, x: Tensor) -> Tensor:
        """Return (n,) ln p_n(x) of examples (n, ...), in nats."""
        each = 0.5 * self.standard(x).square() + self.deviation.log() + 0.5 * math.log(2 * math.pi)
        return -each.flatten(1).sum(1)


class NCE(Family):
    """A model of the density, and noise that does not learn.

    Args:
        model: the density without its normaliser, and that.
        noise: what data are told from.
    """

    players = {"c": ("model",)}  # noqa: RUF012
    generators = ()
    critics = ()
    samples = False

    def __init__(self, model: Unnormalised, noise: Noise):
        super().__init__()
        self.model = model
        self.noise = noise

    def turns(self, progress: Progress) -> tuple[str, ...]:
        """Return the one player there is."""
        return ("c",)

    def latent(self, n: int, *, rng: Generator, condition: Tensor | None = None) -> Tensor:
        """Draw standard normal numbers (n, ...), of which the noise is made."""
        return torch.randn(n, *self.noise.mean.shape, generator=rng, device=rng.device)

    def fakes(self, player: str, latent: Any, batch: Batch) -> Tensor:
        """Return noise, as much as there are data."""
        return self.noise(latent)

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Return −2J, and how often data and noise are told apart."""
        real, noise = self.ratio(batch.real.float()), self.ratio(fake)
        loss = F.softplus(-real).mean() + F.softplus(noise).mean()
        right = 0.5 * ((real > 0).float().mean() + (noise < 0).float().mean())
        c = self.model.log_normaliser.clone()  # the parameter itself moves before it is read
        return Terms({"contrastive": loss}, {"told apart": right, "c": c})

    def log_density(self, x: Tensor) -> Tensor:
        """Return (n,) ln p_m(x), whose integral is 1 only as far as c has learned."""
        return self.model(self.noise.standard(x))

    def ratio(self, x: Tensor) -> Tensor:
        """Return (n,) G(x) = ln p_m(x) − ln p_n(x)."""
        return self.log_density(x) - self.noise.log(x)

    def density(self) -> Density | None:
        """Return ln p_m less the logarithm of its integral, which draws of the noise estimate.

        None where the noise meets the model too seldom for that: where a few draws decide.
        """
        shape, device = self.noise.mean.shape, self.noise.mean.device
        parts = [
            self.ratio(self.noise(torch.randn(PART, *shape, device=device))).double()
            for _ in range(DRAWS // PART)
        ]
        ratio = torch.cat(parts)
        weight = ratio.softmax(0)
        effective = 1 / weight.square().sum()
        if effective < EFFECTIVE:
            return None
        log_integral = ratio.logsumexp(0) - math.log(len(ratio))
        error = (1 / effective - 1 / len(ratio)).sqrt()
        return Density(lambda x: self.log_density(x.float()) - log_integral, error=error)


@recipe(needs=("points", "images"), sizes=between(2, 32))
def nce(
    data: DataSpec,
    *,
    hidden: int = 128,
    layers: int = 2,
    octaves: OrZero | None = None,
    lr: float = 2e-3,
) -> Experiment:
    """Noise-contrastive estimation: a density of points, learned by telling them from noise that never changes.

    Args:
        hidden: width of the model's hidden layers.
        layers: hidden layers of the model.
        octaves: frequencies, each twice the last, of the waves that the model sees beside the numbers (7 of
            points, whose modes are narrow; 0 of images).
        lr: learning rate at the start; it falls to 0 along half a cosine.
    """
    shape, points = data.tensor_shape, data.kind == "points"
    octaves = (7 if points else 0) if octaves is None else octaves
    network = mlp_critic((math.prod(shape) * (1 + 2 * octaves),), [hidden] * layers, activation=nn.SiLU)
    if data.mean is None or data.deviation is None:
        moments = torch.zeros(shape), torch.ones(shape)  # a stored run has its own
    else:
        moments = _seen(data.mean()), _seen(data.deviation()).clamp_min(LEAST)

    def falling(progress: Progress) -> float:
        return lr * 0.5 * (1 + math.cos(math.pi * progress.fraction))

    model = Unnormalised(nn.Sequential(Octaves(octaves), network))
    return Experiment(
        NCE(model, Noise(*moments)),
        {"c": Optimizer(lr=lr, betas=(0.9, 0.999), schedules={"lr": falling})},
        batch=512,
        budget=Budget(images=1_500_000),
        range=(0.0, 1.0),
        objective="noise-contrastive estimation",
    )


def _seen(example: np.ndarray) -> Tensor:
    """Return numbers of an example in memory as the networks see one: channels first."""
    return torch.from_numpy(np.moveaxis(example, -1, 0) if example.ndim == 3 else example).float()
