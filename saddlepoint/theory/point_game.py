"""A real GAN on points, small enough to play a thousand turns in a second or two."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from saddlepoint.core.experiment import Experiment, Optimizer
from saddlepoint.core.seeds import derive
from saddlepoint.data.mixture import Mixture
from saddlepoint.data.sources import grid25, ring8
from saddlepoint.families.vanilla import Vanilla, packed
from saddlepoint.networks.mlp import mlp_critic, mlp_generator
from saddlepoint.sampling.samples import sample
from saddlepoint.theory.small_game import SmallGame

WIDTH, BATCH, RATE = 64, 128, 1e-3
# PacGAN's modes, four or five times as wide: a thousand turns are enough for them.
RING = Mixture(ring8.mixture().centres, 0.05)
GRID = Mixture(grid25.mixture().centres, 0.2)


class PointGame(SmallGame):
    """Two networks of two hidden layers with LeakyReLU, on the project's engine; latents are N(0, 1).

    Args:
        points: float32 (n, d), the data.
        seed: of weights, order and latents.
        latent: dimension of the latents.
        rates: Adam's, of the critic and of the generator.
        hidden: widths of the critic's layers; none leaves it a linear map.
        objective: name of the adversarial losses.
        penalty: names of the critic's penalties.
        gamma: their weight.
        pack: points that the critic judges together.
    """

    family: Vanilla

    def __init__(
        self,
        points: np.ndarray,
        *,
        seed: int,
        latent: int = 2,
        rates: tuple[float, float] = (RATE, RATE),
        hidden: Sequence[int] = (WIDTH, WIDTH),
        objective: str = "non_saturating",
        penalty: tuple[str, ...] = (),
        gamma: float = 0.0,
        pack: int = 1,
    ):
        shape = points.shape[1:]

        def activation() -> nn.Module:
            return nn.LeakyReLU(0.2)

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(derive(seed, "weights"))
            generator = mlp_generator((latent, WIDTH, WIDTH), shape, activation=activation, output=None)
            critic = mlp_critic((pack * shape[0],), hidden, activation=activation)
        family = Vanilla(
            generator,
            critic,
            latent=latent,
            objective=objective,
            penalty=penalty,
            gamma=(gamma,) * len(penalty),
            pack=pack,
        )
        optimizers = {
            player: Optimizer(lr=rate, betas=(0.5, 0.999)) for player, rate in zip("dg", rates, strict=True)
        }
        super().__init__(Experiment(family, optimizers, batch=pack * BATCH), points, seed)

    def samples(self, n: int) -> np.ndarray:
        """Return float32 (n, d), always of the same latents."""
        with self.stepper.plan.applied():
            return sample(self.family, n, seed=0).numpy()

    @torch.no_grad()
    def scores(self, points: np.ndarray) -> np.ndarray:
        """Return the critic's score of every pack of points, float32 (n // pack,)."""
        joined = packed(torch.from_numpy(points.astype(np.float32)), self.family.pack)
        return self.family.critic(joined).score.numpy()  # pyright: ignore[reportCallIssue]

    def losses(self, real: np.ndarray, fake: np.ndarray) -> tuple[float, float]:
        """Return the mean adversarial losses of critic and generator on as many reals as fakes."""
        scores = torch.from_numpy(self.scores(real)), torch.from_numpy(self.scores(fake))
        rule = self.family.objective
        return rule.critic(*scores).mean().item(), rule.generator(*scores).mean().item()
