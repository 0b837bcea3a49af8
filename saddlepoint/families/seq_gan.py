"""SeqGAN (Yu et al. 2017): a generator of tokens that is paid for what a critic thinks of finished sequences.

Tokens have no gradient, so the generator is a policy G(y_t | y_1 … y_{t−1}) and D = σ(s) its reward. The game
has three stages. First the generator as a language model, mle, minimises, as in seq_mle,

    likelihood    −E 1/T Σ_t log G(x_t | x_1 … x_{t−1})

then the critic plays alone, and in the end both play. The critic, d, minimises (equation 5)

    adversarial   −E log D(x) − E log(1 − D(y))

and the generator, g, minimises (equation 7, negated)

    policy        −E 1/T Σ_t (Q_t − b_t) log G(y_t | y_1 … y_{t−1})

where y is drawn from G, Q_t is the mean D over N completions of y_1 … y_t by the roll-out network, D(y) itself
at t = T (equation 4), and b_t the mean Q_t of the batch. With --no-baseline b_t is 0, as in the paper: the same
gradient in expectation and far noisier, and as every sequence that was drawn is paid for, likely ones become
likelier, whatever the critic says. The roll-out network follows the generator: after each step of the last
stage a share of its weights becomes the generator's.
"""

import copy
from typing import Any

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Budget, DataSpec, Experiment, Optimizer, recipe, variant
from saddlepoint.core.protocol import Batch, Density, Family, Progress, Terms
from saddlepoint.networks.recurrent import LanguageModel
from saddlepoint.networks.text import TextCritic

FOLLOWS = (
    0.2  # share of the roll-out network's weights that becomes the generator's, a step (the code's 1 − .8)
)
SMALL = 1_000  # words below which the paper's critic and roll-outs are more than it takes
CRITIC_ALONE = 0.05  # of the budget, between the likelihood and the game


class SeqGAN(Family):
    """A policy, its judge, and the network that imagines how sequences end.

    Args:
        generator: the policy.
        critic: int64 (n, t) tokens -> Critique.
        length: tokens of a sequence.
        rollouts: completions N of each beginning.
        pretraining: share of the budget that the generator learns by likelihood.
        critic_steps: critic's turns for each of the generator's.
        baseline: whether the batch's mean reward is taken off.
    """

    players = {"mle": ("generator",), "d": ("critic",), "g": ("generator",)}  # noqa: RUF012

    def __init__(
        self,
        generator: LanguageModel,
        critic: nn.Module,
        *,
        length: int,
        rollouts: int,
        pretraining: float,
        critic_steps: int,
        baseline: bool,
    ):
        super().__init__()
        self.generator = generator
        self.critic = critic
        self.rollout = copy.deepcopy(generator).requires_grad_(False)
        self.length = length
        self.rollouts = rollouts
        self.pretraining = pretraining
        self.critic_steps = critic_steps
        self.baseline = baseline
        self.coupled = 0 if baseline else 1  # the mean reward is the whole batch's

    def turns(self, progress: Progress) -> tuple[str, ...]:
        """Return who moves: mle first, then d, then g and d."""
        if progress.stage < self.pretraining:
            return ("mle",)
        if progress.stage < self.pretraining + CRITIC_ALONE:
            return ("d",)
        return ("g", *("d",) * self.critic_steps)

    def reads(self, player: str) -> bool:
        """The generator plays without real sequences."""
        return player != "g"

    def latent(self, n: int, *, rng: Generator, condition: Tensor | None = None) -> Tensor:
        """Draw from U(0, 1), of shape (n, length), which token each place gets among the likely ones."""
        return torch.rand(n, self.length, generator=rng, device=rng.device)

    def fakes(self, player: str, latent: Any, batch: Batch) -> Tensor | None:
        """Return sequences of the policy; nothing for the likelihood."""
        return None if player == "mle" else self.generate(latent)

    def generate(self, latent: Any, batch: Batch | None = None) -> Tensor:
        """Return int64 (n, length) tokens; by words in the vocabulary's order, as nothing is truncated here."""
        with torch.no_grad():
            return self.generator.draw(latent, ranked=False)

    def sample(self, latent: Any) -> Tensor:
        """Return int64 (n, length) tokens, the likelier the nearer a latent is to 0."""
        with torch.no_grad():
            return self.generator.draw(latent)

    def terms(self, player: str, batch: Batch, latent: Any, fake: Any) -> Terms:
        """Return what a player minimises, means over batch and places."""
        if player == "mle":
            return Terms({"likelihood": self.generator.surprise(batch.real).mean()})
        if player == "d":
            real, made = self.critic(batch.real).score.float(), self.critic(fake).score.float()
            loss = (F.softplus(-real) + F.softplus(made)).mean()
            watch = {"D(x)": real.sigmoid().mean(), "D(G(z))": made.sigmoid().mean()}
            return Terms({"adversarial": loss}, watch)
        worth = self.worth(fake)
        gain = worth - worth.mean(0) if self.baseline else worth
        policy = (gain * self.generator.surprise(fake)).mean()
        return Terms({"policy": policy}, {"reward": worth[:, -1].mean()})

    @torch.no_grad()
    def worth(self, tokens: Tensor) -> Tensor:
        """Return (n, t) Q_t: what the critic gives for sequences, of which all after t is drawn anew.

        The critic judges without dropout, as in the authors' code: its noise would be as large as what sets
        sequences apart.
        """
        training = self.critic.training
        self.critic.eval()
        try:
            return self._worth(tokens)
        finally:
            self.critic.train(training)

    def _worth(self, tokens: Tensor) -> Tensor:
        count, length = tokens.shape
        many = tokens.repeat_interleave(self.rollouts, 0)
        found = []
        for kept in range(1, length):
            start = many[:, :kept]
            chance = torch.rand(len(many), length - kept, device=tokens.device)
            whole = torch.cat([start, self.rollout.draw(chance, start, ranked=False)], 1)
            found.append(self.critic(whole).score.float().sigmoid().unflatten(0, (count, -1)).mean(1))
        return torch.stack([*found, self.critic(tokens).score.float().sigmoid()], 1)

    @torch.no_grad()
    def after(self, progress: Progress) -> None:
        """Let the roll-out network follow; at once where the game has not begun."""
        share = FOLLOWS if "g" in self.turns(progress) else 1.0
        for mine, its in zip(self.rollout.parameters(), self.generator.parameters(), strict=True):
            mine.lerp_(its, share)

    def density(self) -> Density:
        """Return the likelihood of whole sequences under the policy."""
        return Density(lambda tokens: -self.generator.surprise(tokens).sum(1))


@recipe(needs=("tokens",))
def seq_gan(
    data: DataSpec,
    *,
    embedding: int = 32,
    hidden: int = 32,
    filters: float | None = None,
    rollouts: int | None = None,
    critic_steps: int = 5,
    baseline: bool = True,
    pretraining: float = 0.4,
    lr: float = 1e-2,
    lr_d: float = 1e-4,
    lr_g: float = 1e-3,
) -> Experiment:
    """SeqGAN (Yu et al. 2017): likelihood first, then an LSTM that is rewarded by a convolutional critic.

    Sizes are those of the paper's synthetic experiment; there the critic made fifteen passes over the data for
    each step of the generator, whose rate in the game was the likelihood's. Here it is a tenth: at larger ones
    melodies lost their variety within some steps. The authors' code also has a penalty of 0.2 on the squared
    weights of the critic's last layer, clips the generator's gradient at 5, and starts the critic's highway
    gate at a bias of 0, for −2 here.

    Args:
        embedding: dimension of a token's embedding in the generator.
        hidden: units of the LSTM.
        filters: share of the paper's 1,720 filters of twelve widths in the critic (1; below 1,000 words 0.1).
        rollouts: completions of each beginning, whose mean score is its reward (16; below 1,000 words 4).
        baseline: whether the generator is paid for being better than the batch's mean alone.
        pretraining: share of the budget that goes to likelihood; a twentieth then goes to the critic alone.
        lr: learning rate of the likelihood.
    """
    if not pretraining + CRITIC_ALONE <= 1:
        raise UserError(f"--pretraining must be at most {1 - CRITIC_ALONE}, got {pretraining}")
    assert data.vocabulary is not None
    size, length = len(data.vocabulary), data.shape[0]
    small = size < SMALL
    filters = filters if filters is not None else 0.1 if small else 1.0
    rollouts = rollouts or (4 if small else 16)
    generator = LanguageModel(size, embedding=embedding, hidden=hidden)
    critic = TextCritic(size, length, embedding=64, share=filters)
    family = SeqGAN(
        generator,
        critic,
        length=length,
        rollouts=rollouts,
        pretraining=pretraining,
        critic_steps=critic_steps,
        baseline=baseline,
    )
    rates = {"mle": lr, "d": lr_d, "g": lr_g}
    return Experiment(
        family,
        {player: Optimizer(lr=rate, betas=(0.9, 0.999)) for player, rate in rates.items()},
        batch=64,
        budget=Budget(epochs=60),
        fresh_latent=True,
        objective="likelihood, then policy gradient",
    )


melody_gan = variant(
    "melody_gan",
    seq_gan,
    "SeqGAN over the notes of melodies, such as those of chorales: seq_gan with 64 units and smaller steps.",
    hidden=64,
    lr=5e-3,
    lr_d=5e-4,
    lr_g=5e-4,
)
