"""A real GAN on a line, small enough to see all of it: where each z goes, what the critic says of each x."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from saddlepoint.core.experiment import Experiment, Optimizer
from saddlepoint.families.vanilla import Vanilla
from saddlepoint.networks.mlp import mlp_critic, mlp_generator
from saddlepoint.objectives import objectives
from saddlepoint.theory.divergences import bells, jensen_shannon
from saddlepoint.theory.optimal_critic import value
from saddlepoint.theory.small_game import SmallGame

EDGES = torch.linspace(-8, 8, 321, dtype=torch.float64)  # of cells
X = (EDGES[1:] + EDGES[:-1]) / 2  # (320,) atoms: the middles of cells
CELL = (EDGES[1] - EDGES[0]).item()
Z = torch.linspace(-1, 1, 1001, dtype=torch.float64)
DATA = bells(X, 0.0)  # log-masses of N(0, 1)
NOWHERE = 1e-300  # mass of a cell that no sample meets, so that it has a logarithm

WIDTH, SPREAD, BATCH = 32, 4.0, 512
CRITIC_RATE, GENERATOR_RATE = 1e-2, 3e-3  # of Adam without momentum, which would swing
WARM = 12  # its rate rises over one part in so many
GAMMA = 0.01  # of R1


class Moment(NamedTuple):
    """All of the game at one step.

    Attributes:
        step: which.
        made: (1001,) where the generator puts each z of ``Z``.
        logit: (320,) what the critic says of each x of ``X``.
        q: (320,) log-masses of the samples.
    """

    step: int
    made: np.ndarray
    logit: Tensor
    q: Tensor

    @property
    def divergence(self) -> float:
        """JSD(p‖q) on the cells of the line."""
        return jensen_shannon(DATA, self.q).item()

    @property
    def value(self) -> float:
        """V of the critic as it is, on the cells of the line."""
        return value(self.logit, DATA, self.q).item()

    @property
    def spread(self) -> float:
        """The standard deviation of samples."""
        return float(self.made.std())


class LineGame(SmallGame):
    """The vanilla game with N(0, 1) as data and z uniform in (−1, 1), on the project's engine.

    Args:
        seed: of weights, data and latents.
        steps: over which the generator's rate rises and falls, so that its first moves can be seen and its last
            ones settle; None keeps it.
        start: where samples are at first, about.
    """

    family: Vanilla

    def __init__(self, seed: int, steps: int | None = None, *, start: float = 3.0):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            generator = mlp_generator((1, WIDTH, WIDTH), (1,), activation=nn.Tanh, output=None)
            critic = mlp_critic((1,), (WIDTH, WIDTH), activation=nn.Tanh)
        with torch.no_grad():  # samples start beside the data, and about as wide
            last: nn.Linear = generator.to_data  # pyright: ignore[reportAssignmentType]
            last.weight.mul_(SPREAD)
            last.bias.fill_(start)
        family = Vanilla(generator, critic, latent=1, uniform=1.0, penalty=("r1",), gamma=(GAMMA,))
        schedules = {"lr": lambda progress: generator_rate(progress.step / steps)} if steps else {}
        optimizers = {
            "d": Optimizer(CRITIC_RATE, betas=(0.0, 0.99)),
            "g": Optimizer(GENERATOR_RATE, betas=(0.0, 0.99), schedules=schedules),
        }
        data = np.random.default_rng(seed).standard_normal((50_000, 1)).astype(np.float32)
        super().__init__(Experiment(family, optimizers, batch=BATCH), data, seed)

    def play(self, steps: int, turns: tuple[str, ...] | None = ("d", "d", "g")) -> dict[str, Tensor]:
        """Play so many steps; the critic moves twice as often as the generator if nothing else is said."""
        return super().play(steps, turns)

    @torch.no_grad()
    def moment(self) -> Moment:
        """Return all of the game as it is now."""
        made = self.family.generator(Z.float()[:, None]).flatten().double().numpy()
        logit = self.family.critic(X.float()[:, None]).score.double()  # pyright: ignore[reportCallIssue]
        return Moment(self.steps, made, logit, masses(made).clamp_min(NOWHERE).log())

    def pull(self, rule: str) -> float:
        """Return the norm of the gradient of the generator's weights under a rule, over all z of ``Z``."""
        score = self.family.critic(self.family.generator(Z.float()[:, None])).score  # pyright: ignore[reportCallIssue]
        loss = objectives.get(rule).generator(score, score).mean()
        gradients = torch.autograd.grad(loss, list(self.family.parameters_of("g").values()))
        return float(torch.cat([gradient.flatten() for gradient in gradients]).norm())


def generator_rate(fraction: float) -> float:
    """Return the generator's rate when this part of the steps is done: it rises quickly, then falls to 0."""
    return GENERATOR_RATE * min(1, WARM * fraction) * (1 - fraction)


def masses(made: np.ndarray) -> Tensor:
    """Return (320,) masses in the cells of the line of x = G(z), z uniform and G straight between its values.

    Args:
        made: (k,) values of G at evenly spaced z.
    """
    low, high = np.minimum(made[1:], made[:-1]), np.maximum(made[1:], made[:-1])
    inside = (EDGES.numpy()[:, None] - low) / np.maximum(high - low, 1e-12)
    below = np.clip(inside, 0, 1).mean(1)
    return torch.from_numpy(np.diff(below))
