"""Adversarial losses on the critic's scores, in one table.

What the players minimise, with the critic's score s, D = σ(s) where it is a logit, a real x and a fake y:

    objective       critic                               generator              source
    minimax         −log D(x) − log(1 − D(y))            log(1 − D(y))          Goodfellow et al. 2014, eq. 1
    non_saturating  −log D(x) − log(1 − D(y))            −log D(y)              2014, section 3
    combined        −log D(x) − log(1 − D(y))            −log D(y)/(1 − D(y))   Huszár 2016: their sum, −s(y)
    least_squares   ½(s(x) − 1)² + ½s(y)²                ½(s(y) − 1)²           Mao et al. 2017, eq. 9
    hinge           max(0, 1 − s(x)) + max(0, 1 + s(y))  −s(y)                  Miyato et al. 2018, eq. 16, 17
    wasserstein     s(y) − s(x)                          −s(y)                  Arjovsky et al. 2017, eq. 2
    relativistic    softplus(s(y) − s(x))                softplus(s(x) − s(y))  Huang et al. 2024, eq. 2

The critic's loss is the sum of its real and its fake part, of which some codes take half. Every function
returns per-sample losses of shape (n,); the caller takes the mean.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor

from saddlepoint.core.registry import Registry

Loss = Callable[[Tensor, Tensor], Tensor]


class Equilibrium(NamedTuple):
    """Means where the generator's distribution is the data's and the critic is optimal.

    Attributes:
        probability: the watched D(x); None where optimal critics differ.
        critic: the critic's loss.
        generator: the generator's loss; None where optimal critics differ.
    """

    probability: float | None
    critic: float
    generator: float | None


@dataclass(frozen=True)
class Objective:
    """What critic and generator minimise, as two pure functions of logits.

    Attributes:
        name: what users type.
        help: formula and source in one line.
        critic: (real (n,), fake (n,)) -> (n,) losses of the critic.
        generator: (real (n,), fake (n,)) -> (n,) losses of the generator.
        probability: logit -> the D(x) that people watch.
        paired: the generator's loss depends on the real logits too.
        equilibrium: values at the equilibrium of the game, where known.
        level: score between real and fake, None where a constant may be added to every score.
    """

    name: str
    help: str
    critic: Loss
    generator: Loss
    probability: Callable[[Tensor], Tensor]
    equilibrium: Equilibrium
    level: float | None = 0.0
    paired: bool = False


def cross_entropy(real: Tensor, fake: Tensor) -> Tensor:
    """Return −log D(x) − log(1 − D(G(z))), stable for logits of any size (Goodfellow et al. 2014, eq. 1)."""
    return F.softplus(-real) + F.softplus(fake)


def minimax(real: Tensor, fake: Tensor) -> Tensor:
    """Return log(1 − D(G(z))): vanishing gradient σ(s) where the critic is confident (2014, eq. 1)."""
    return -F.softplus(fake)


def non_saturating(real: Tensor, fake: Tensor) -> Tensor:
    """Return −log D(G(z)) (Goodfellow et al. 2014, section 3)."""
    return F.softplus(-fake)


def combined(real: Tensor, fake: Tensor) -> Tensor:
    """Return −log D/(1 − D) = −s = minimax + non_saturating; KL(q‖p) at the optimal critic (Huszár)."""
    return -fake


def least_squares_critic(real: Tensor, fake: Tensor) -> Tensor:
    """Return ½(D(x) − 1)² + ½D(G(z))² on raw scores (Mao et al. 2017, eq. 2 and 9)."""
    return 0.5 * (real - 1).square() + 0.5 * fake.square()


def least_squares_generator(real: Tensor, fake: Tensor) -> Tensor:
    """Return ½(D(G(z)) − 1)² on raw scores (Mao et al. 2017, eq. 9)."""
    return 0.5 * (fake - 1).square()


def hinge(real: Tensor, fake: Tensor) -> Tensor:
    """Return max(0, 1 − D(x)) + max(0, 1 + D(G(z))) (Lim and Ye 2017; Miyato et al. 2018, eq. 16)."""
    return F.relu(1 - real) + F.relu(1 + fake)


def wasserstein(real: Tensor, fake: Tensor) -> Tensor:
    """Return D(G(z)) − D(x) (Arjovsky et al. 2017, eq. 2); needs a Lipschitz critic."""
    return fake - real


def relativistic_critic(real: Tensor, fake: Tensor) -> Tensor:
    """Return softplus(−(D(x) − D(G(z)))) (Jolicoeur-Martineau 2018; Huang et al. 2024, eq. 2)."""
    return F.softplus(fake - real)


def relativistic_generator(real: Tensor, fake: Tensor) -> Tensor:
    """Return softplus(−(D(G(z)) − D(x))) (Jolicoeur-Martineau 2018; Huang et al. 2024, eq. 2)."""
    return F.softplus(real - fake)


def raw(score: Tensor) -> Tensor:
    """Return the score itself, for critics whose output is no logit of a probability."""
    return score


_LOG2 = 0.6931471805599453

objectives: Registry[Objective] = Registry("objective", "saddlepoint.objectives")

for _objective in (
    Objective(
        "minimax",
        "G descends on log(1 - D(G(z))), the game as first stated (Goodfellow et al. 2014)",
        critic=cross_entropy,
        generator=minimax,
        probability=Tensor.sigmoid,
        equilibrium=Equilibrium(probability=0.5, critic=2 * _LOG2, generator=-_LOG2),
    ),
    Objective(
        "non_saturating",
        "G descends on -log D(G(z)) (Goodfellow et al. 2014)",
        critic=cross_entropy,
        generator=non_saturating,
        probability=Tensor.sigmoid,
        equilibrium=Equilibrium(probability=0.5, critic=2 * _LOG2, generator=_LOG2),
    ),
    Objective(
        "combined",
        "G descends on -log D/(1 - D), the sum of the two: reverse KL at the optimal critic (Huszar 2016)",
        critic=cross_entropy,
        generator=combined,
        probability=Tensor.sigmoid,
        equilibrium=Equilibrium(probability=0.5, critic=2 * _LOG2, generator=0.0),
    ),
    Objective(
        "least_squares",
        "squared distance of scores to 1 (real) and 0 (fake), with the paper's 1/2 (Mao et al. 2017)",
        critic=least_squares_critic,
        generator=least_squares_generator,
        probability=raw,
        equilibrium=Equilibrium(probability=0.5, critic=0.25, generator=0.125),
        level=0.5,
    ),
    Objective(
        "hinge",
        "max(0, 1 - D(x)) + max(0, 1 + D(G(z))) (Miyato et al. 2018)",
        critic=hinge,
        generator=combined,
        probability=raw,
        equilibrium=Equilibrium(probability=None, critic=2.0, generator=None),
    ),
    Objective(
        "wasserstein",
        "difference of mean scores; add a gradient_penalty (Arjovsky et al. 2017)",
        critic=wasserstein,
        generator=combined,
        probability=raw,
        equilibrium=Equilibrium(probability=None, critic=0.0, generator=None),
        level=None,
    ),
    Objective(
        "relativistic",
        "softplus of the paired difference of logits; add r1 and r2 (Huang et al. 2024)",
        critic=relativistic_critic,
        generator=relativistic_generator,
        probability=Tensor.sigmoid,
        equilibrium=Equilibrium(probability=None, critic=_LOG2, generator=_LOG2),
        level=None,
        paired=True,
    ),
):
    objectives.add(_objective.name, _objective)
