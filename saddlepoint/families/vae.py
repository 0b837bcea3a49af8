"""The variational autoencoder of Kingma and Welling (2014), a relative of the GAN without a critic.

One player, g, moves encoder and generator together. With q(z|x) = N(μ(x), σ²(x)) from the encoder and p(x|z)
from the generator it minimises the negative evidence lower bound (equation 3, estimated as in equation 10)

    reconstruction   −E_q log p(x|z)
    divergence       β · KL(q(z|x) ‖ N(0, 1)) = β · ½ Σ (μ² + σ² − 1 − log σ²)

per example, in nats, where β = 1 makes the sum a bound on −log p(x). Pixels are taken for the chances of bits,
−log p = −Σ x log y + (1 − x) log(1 − y), the mean over bits so drawn: the sum bounds the likelihood of these,
since q may know the grey image that they come from. Points are normal around the generator's output with one
variance that is learned. z = μ + σε (equation 4), with the ε that the engine draws as latents.
"""

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, recipe
from saddlepoint.core.protocol import Batch, Density, Family, Progress, Terms
from saddlepoint.networks.blocks import named
from saddlepoint.networks.mlp import mlp_generator


class VAE(Family):
    """Encoder and generator, trained as one.

    Args:
        encoder: (n, ...) examples -> (n, 2·latent) means and log variances.
        generator: (n, latent) -> logits of pixels, or points.
        latent: dimension of the code.
        beta: weight of the divergence.
        points: whether the data are points.
    """

    players = {"g": ("encoder", "generator")}  # noqa: RUF012
    critics = ()

    def __init__(self, encoder: nn.Module, generator: nn.Module, *, latent: int, beta: float, points: bool):
        super().__init__()
        self.encoder = encoder
        self.generator = generator
        self.size = latent
        self.beta = beta
        if points:
            self.spread = Spread()
            self.players = {"g": ("encoder", "generator", "spread")}

    def turns(self, progress: Progress) -> tuple[str, ...]:
        """Return the one player there is."""
        return ("g",)

    def reads(self, player: str) -> bool:
        """Every turn reads a batch."""
        return True

    def latent(self, n: int, *, rng: Generator, condition: Tensor | None = None) -> Tensor:
        """Draw normal noise of shape (n, latent): ε while training, the code itself when sampling."""
        return torch.randn(n, self.size, generator=rng, device=rng.device)

    def fakes(self, player: str, latent: Any, batch: Batch) -> None:
        """Return nothing: no term looks at samples."""
        return

    def generate(self, latent: Any, batch: Batch | None = None) -> Tensor:
        """Return the mean of p(x|z): pixels in [0, 1], or points."""
        x = self.generator(latent)
        return x if self.players["g"][-1] == "spread" else torch.sigmoid(x.float())

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Return both parts of the negative evidence lower bound, means over the batch."""
        reconstruction, divergence = (part.mean() for part in self.parts(batch.real, latent))
        terms = {"reconstruction": reconstruction, "divergence": self.beta * divergence}
        return Terms(terms, {"bound": -reconstruction - divergence})

    def parts(self, x: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Return (n,) −log p(x|z) and (n,) KL(q(z|x) ‖ N(0, 1)) in nats, for noise ε of shape (n, latent)."""
        mean, log_variance = self.encoder(x).float().chunk(2, 1)
        output = self.generator(mean + (0.5 * log_variance).exp() * noise).float()
        reconstruction = self._surprise(output, x.float()).flatten(1).sum(1)
        return reconstruction, divergence_from_normal(mean, log_variance)

    def density(self) -> Density:
        """Return the evidence lower bound of examples, with one draw of z each."""
        return Density(self._bound, bound=True)

    def reconstruct(self, x: Tensor) -> Tensor:
        """Return the mean of p(x|z) at the mean of q(z|x)."""
        return self.generate(self.encoder(x).chunk(2, 1)[0])

    def _bound(self, x: Tensor) -> Tensor:
        reconstruction, divergence = self.parts(x, torch.randn(len(x), self.size, device=x.device))
        return -reconstruction - divergence

    def _surprise(self, output: Tensor, x: Tensor) -> Tensor:
        """Return −log p of every pixel or coordinate."""
        if self.players["g"][-1] != "spread":
            return F.binary_cross_entropy_with_logits(output, x, reduction="none")
        log_variance = self.spread()
        return 0.5 * ((x - output).square() * (-log_variance).exp() + log_variance + math.log(2 * math.pi))


class Spread(nn.Module):
    """A learned log variance that all coordinates share."""

    def __init__(self):
        super().__init__()
        self.log_variance = nn.Parameter(torch.zeros(()))

    def forward(self) -> Tensor:
        """Return it."""
        return self.log_variance


def divergence_from_normal(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return KL(N(mean, variance) ‖ N(0, 1)) of shape (n,) in nats, for (n, d) diagonal normals."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1)


@recipe(needs=("images", "points"))
def vae(
    data: DataSpec, *, latent: int = 20, hidden: int = 400, beta: float = 1.0, lr_g: float = 1e-3
) -> Experiment:
    """A variational autoencoder of dense layers: no critic, a bound on the likelihood instead.

    Args:
        latent: dimension of the code.
        hidden: width of the hidden layer of encoder and generator.
        beta: weight of the divergence from the prior (1: the evidence lower bound).
        lr_g: the player's learning rate.
    """
    size = math.prod(data.shape)
    encoder = named(
        [
            ("flatten", nn.Flatten()),
            ("dense", nn.Linear(size, hidden)),
            ("activation", nn.ReLU()),
            ("to_code", nn.Linear(hidden, 2 * latent)),
        ]
    )
    generator = mlp_generator((latent, hidden), data.tensor_shape, activation=nn.ReLU, output=None)
    return Experiment(
        VAE(encoder, generator, latent=latent, beta=beta, points=data.kind == "points"),
        {"g": Optimizer(lr=lr_g, betas=(0.9, 0.999))},
        batch=128,
        budget=Budget(images=600_000),
        range=(0.0, 1.0),
        objective="evidence lower bound" + (f", divergence × {beta:g}" if beta != 1 else ""),
    )
