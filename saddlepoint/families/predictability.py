"""Predictability minimisation (Schmidhuber 1992): an encoder against predictors of its own units.

The code y = E(x) has K units in (−1, 1). Each has a predictor that sees all the others. The predictors, p,
minimise

    prediction         Σ_i E (P_i(y_{−i}) − y_i)²

and the encoder with its decoder, e, minimises

    reconstruction     E |x − D(y)|², summed over the numbers of an example
    unpredictability   −λ · Σ_i E (P_i(y_{−i}) − y_i)²

which is smallest where no unit can be told from the others and each is −1 or 1 as often: a factorial code. With
λ = 0 it is a plain autoencoder whose predictors only watch. A GAN's critic judges samples, these judge a code;
both are one function's minimum over one player and maximum over the other.
"""

import math
from typing import Any

import torch
from torch import Generator, Tensor, nn

from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, recipe
from saddlepoint.core.protocol import Batch, Family, Progress, Terms
from saddlepoint.networks.blocks import named
from saddlepoint.networks.mlp import mlp_generator


class Predictors(nn.Module):
    """For each unit a network of one hidden layer that sees the others.

    Args:
        units: K.
        hidden: units of each hidden layer.
    """

    def __init__(self, units: int, hidden: int):
        super().__init__()
        self.inner = nn.Parameter(torch.randn(units, units, hidden) / math.sqrt(units))
        self.inner_bias = nn.Parameter(torch.zeros(units, hidden))
        self.outer = nn.Parameter(torch.randn(units, hidden) / math.sqrt(hidden))
        self.outer_bias = nn.Parameter(torch.zeros(units))

    def forward(self, y: Tensor) -> Tensor:
        """Return (n, K) predictions of codes (n, K)."""
        others = 1 - torch.eye(y.shape[1], device=y.device)[:, :, None]
        hidden = torch.relu(torch.einsum("nj,ijh->nih", y, others * self.inner) + self.inner_bias)
        return (hidden * self.outer).sum(2) + self.outer_bias


class Predictability(Family):
    """Encoder and decoder, and predictors of the code's units.

    Args:
        encoder: (n, ...) examples -> (n, K) codes in (−1, 1).
        decoder: (n, K) codes -> examples.
        predictors: (n, K) codes -> (n, K) predictions.
        weight: λ.
    """

    players = {"p": ("predictors",), "e": ("encoder", "decoder")}  # noqa: RUF012
    generators = ()
    critics = ()
    samples = False

    def __init__(self, encoder: nn.Module, decoder: nn.Module, predictors: Predictors, *, weight: float):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.predictors = predictors
        self.weight = weight

    def turns(self, progress: Progress) -> tuple[str, ...]:
        """Return the predictors, then the encoder."""
        return ("p", "e")

    def latent(self, n: int, *, rng: Generator, condition: Tensor | None = None) -> Tensor:
        """Return nothing of n rows: nothing is drawn."""
        return torch.empty(n, 0, device=rng.device)

    def fakes(self, player: str, latent: Any, batch: Batch) -> None:
        """Return nothing: nobody looks at samples."""
        return

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Return the predictors' error, or what the code loses and how little it repeats itself."""
        y = self.encoder(batch.real).float()
        error = (self.predictors(y) - y).square().sum(1).mean()
        if player == "p":
            return Terms({"prediction": error}, {"variance": y.var(0).sum()})
        loss = (self.decoder(y).float() - batch.real.float()).flatten(1).square().sum(1).mean()
        return Terms({"reconstruction": loss, "unpredictability": -self.weight * error})

    def reconstruct(self, x: Tensor) -> Tensor:
        """Return D(E(x))."""
        return self.decoder(self.encoder(x))


@recipe(needs=("points", "images"))
def predictability(
    data: DataSpec,
    *,
    units: int | None = None,
    hidden: int | None = None,
    weight: float | None = None,
    lr_p: float = 1e-2,
    lr_e: float = 1e-3,
) -> Experiment:
    """Predictability minimisation: a code of independent bits; it makes no samples.

    With too large a λ the encoder stays where two units share a factor, or where units are independent but
    combine factors: of independent signs, any renaming of their combinations is a factorial code too.

    Args:
        units: of the code (4 of points, 16 of images).
        hidden: width of the hidden layers of encoder and decoder (64 of points, 256 of images).
        weight: λ, of the predictors' error in the encoder's turn (0.5 of points, 0.1 of images); 0 leaves a
            plain autoencoder.
        lr_p: learning rate of the predictors.
        lr_e: learning rate of encoder and decoder.
    """
    points = data.kind == "points"
    units, hidden = units or (4 if points else 16), hidden or (64 if points else 256)
    weight = (0.5 if points else 0.1) if weight is None else weight
    encoder = named(
        [
            ("flatten", nn.Flatten()),
            ("dense", nn.Linear(math.prod(data.shape), hidden)),
            ("activation", nn.ReLU()),
            ("to_code", nn.Linear(hidden, units)),
            ("bound", nn.Tanh()),
        ]
    )
    decoder = mlp_generator((units, hidden), data.tensor_shape, activation=nn.ReLU, output=None)
    return Experiment(
        Predictability(encoder, decoder, Predictors(units, 32), weight=weight),
        {"p": Optimizer(lr=lr_p, betas=(0.9, 0.999)), "e": Optimizer(lr=lr_e, betas=(0.9, 0.999))},
        batch=128,
        budget=Budget(images=600_000),
        range=(0.0, 1.0),
        objective=f"reconstruction − {weight:g} × the predictors' error",
    )
