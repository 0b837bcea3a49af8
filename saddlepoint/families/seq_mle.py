"""Maximum likelihood estimation of an LSTM over tokens: SeqGAN's generator before its game (Yu et al. 2017).

The one player, g, minimises the negative log-likelihood of real sequences x of T tokens, in nats a token,

    likelihood   −E 1/T Σ_t log p(x_t | x_1 … x_{t−1})

with real tokens before each (teacher forcing). It falls towards the entropy of the data from above, as the
difference is KL(data ‖ p)/T.
"""

from typing import Any

import torch
from torch import Generator, Tensor

from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, recipe
from saddlepoint.core.protocol import Batch, Density, Family, Progress, Terms
from saddlepoint.networks.recurrent import LanguageModel


class SequenceMLE(Family):
    """A language model that is trained by likelihood alone.

    Args:
        generator: the language model.
        length: tokens of a sequence.
    """

    players = {"g": ("generator",)}  # noqa: RUF012
    critics = ()

    def __init__(self, generator: LanguageModel, *, length: int):
        super().__init__()
        self.generator = generator
        self.length = length

    def turns(self, progress: Progress) -> tuple[str, ...]:
        """Return the one player there is."""
        return ("g",)

    def reads(self, player: str) -> bool:
        """Every turn reads a batch."""
        return True

    def latent(self, n: int, *, rng: Generator, condition: Tensor | None = None) -> Tensor:
        """Draw from U(0, 1), of shape (n, length), which token each place gets among the likely ones."""
        return torch.rand(n, self.length, generator=rng, device=rng.device)

    def fakes(self, player: str, latent: Any, batch: Batch) -> None:
        """Return nothing: no term looks at samples."""
        return

    def generate(self, latent: Any, batch: Batch | None = None) -> Tensor:
        """Return int64 (n, length) tokens."""
        return self.generator.draw(latent)

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Return the negative log-likelihood, the mean over batch and places."""
        return Terms({"likelihood": self.generator.surprise(batch.real).mean()})

    def density(self) -> Density:
        """Return the likelihood of whole sequences."""
        return Density(lambda tokens: -self.generator.surprise(tokens).sum(1))


@recipe(needs=("tokens",))
def seq_mle(data: DataSpec, *, embedding: int = 32, hidden: int = 32, lr_g: float = 1e-2) -> Experiment:
    """An LSTM over tokens by maximum likelihood, SeqGAN's pre-training (Yu et al. 2017): no critic.

    Sizes and rate are those of the paper's synthetic experiment.

    Args:
        embedding: dimension of a token's embedding.
        hidden: units of the LSTM.
        lr_g: the player's learning rate.
    """
    assert data.vocabulary is not None
    generator = LanguageModel(len(data.vocabulary), embedding=embedding, hidden=hidden)
    return Experiment(
        SequenceMLE(generator, length=data.shape[0]),
        {"g": Optimizer(lr=lr_g, betas=(0.9, 0.999))},
        batch=64,
        budget=Budget(epochs=20),
        objective="negative log-likelihood",
    )
