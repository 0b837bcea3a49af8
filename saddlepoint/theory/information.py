"""How much a sample tells of its code, exactly, beside the bound that a recogniser reaches.

    I(c; x)  = E log P(c|x) + H(c)
    L_I      = E log Q(c|x) + H(c)                   (Chen et al. 2016, eq. 5)
    I − L_I  = E KL(P(·|x) ‖ Q(·|x)), at least 0

in nats. A joint distribution is its log-masses, a float64 tensor (codes, atoms of x); see
``theory.divergences``.
"""

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from saddlepoint.core.experiment import Experiment, Optimizer
from saddlepoint.core.protocol import Family, Terms
from saddlepoint.networks.blocks import named
from saddlepoint.objectives.information import categorical_information, uniform_information
from saddlepoint.theory.small_game import SmallGame

X = torch.linspace(-16, 16, 641, dtype=torch.float64)
CENTRES = (-3.0, -1.0, 1.0, 3.0)
WIDTH, BATCH = 32, 256
Q_RATE, G_RATE = 5e-3, 1e-2  # of Adam


def mutual_information(joint: Tensor) -> Tensor:
    """Return I(c; x) of a joint distribution, a scalar."""
    of_code, of_x = joint.logsumexp(1, keepdim=True), joint.logsumexp(0, keepdim=True)
    return (joint.exp() * (joint - of_code - of_x)).sum()


def bound(joint: Tensor, logits: Tensor) -> Tensor:
    """Return L_I of a recogniser, for codes that are equally likely.

    Args:
        joint: (k, n) log-masses.
        logits: (n, k) of Q(c|x).
    """
    codes, atoms = joint.shape
    each = [categorical_information(logits, torch.full((atoms,), code)) for code in range(codes)]
    return (joint.exp() * torch.stack(each)).sum()


def gap(joint: Tensor, logits: Tensor) -> Tensor:
    """Return E KL(P(·|x) ‖ Q(·|x)), what the bound misses."""
    posterior = joint - joint.logsumexp(0, keepdim=True)
    return (joint.exp() * (posterior - logits.log_softmax(1).T)).sum()


def channel(codes: int, error: float) -> Tensor:
    """Return the joint distribution of a code and what arrives: another one with probability ``error``.

    I = log k − H(error) − error·log(k − 1).
    """
    wrong = torch.full((codes, codes), error / (codes - 1), dtype=torch.float64)
    return (wrong.fill_diagonal_(1 - error) / codes).log()


def labelled(groups: Tensor) -> Tensor:
    """Return the joint distribution of a code and equally likely pictures (n,), whose groups it names."""
    codes = int(groups.max()) + 1
    joint = torch.full((codes, len(groups)), -80.0, dtype=torch.float64)  # as good as never
    joint[groups, torch.arange(len(groups))] = 0.0
    return joint.log_softmax(0) - math.log(len(groups))


def bells_of_codes(centres: Tensor, noise: float) -> Tensor:
    """Return the joint distribution of equally likely codes and x = centre + noise·N(0, 1) on ``X``."""
    each = -0.5 * ((X - centres[:, None]) / noise).square()
    return each.log_softmax(1) - torch.tensor(float(len(centres)), dtype=torch.float64).log()


def normal_code(noise: float) -> Tensor:
    """Return the joint distribution of c from N(0, 1) and x = c + noise·N(0, 1); I = ½·log(1 + 1/noise²)."""
    c = torch.linspace(-8, 8, 641, dtype=torch.float64)
    likelihood = (-0.5 * ((X - c[:, None]) / noise).square()).log_softmax(1)
    return likelihood + (-0.5 * c.square()).log_softmax(0)[:, None]


def uniform_code(noise: float) -> tuple[float, float]:
    """Return I(c; x) and the most that a normal Q reaches, for c from U(−1, 1) and x = c + noise·N(0, 1).

    The best normal Q has the posterior's mean and deviation at every x.
    """
    edges = torch.linspace(-1, 1, 401, dtype=torch.float64)
    c = ((edges[1:] + edges[:-1]) / 2)[:, None]
    x = torch.linspace(-1 - 7 * noise, 1 + 7 * noise, 801, dtype=torch.float64)
    joint = (-0.5 * ((x - c) / noise).square()).log_softmax(1) - np.log(len(c))
    posterior = joint.log_softmax(0).exp()
    mean = (posterior * c).sum(0)
    deviation = (posterior * (c - mean).square()).sum(0).sqrt()
    best = (joint.exp() * uniform_information(mean, deviation.log(), c)).sum()
    return mutual_information(joint).item(), best.item()


class Codes(Family):
    """A code of a few values, a generator that puts each at a place, and a recogniser that reads it off x.

    Both players minimise −L_I; see ``families.infogan``, which has an adversarial game besides.

    Args:
        noise: standard deviation of x around its code's place.
    """

    players = {"q": ("recogniser",), "g": ("generator",)}  # noqa: RUF012
    critics = ("recogniser",)

    def __init__(self, noise: float):
        super().__init__()
        self.noise = noise
        self.generator = nn.Embedding.from_pretrained(torch.tensor(CENTRES)[:, None], freeze=False)
        self.recogniser = named(
            [
                ("dense", nn.Linear(1, WIDTH)),
                ("activation", nn.Tanh()),
                ("to_logits", nn.Linear(WIDTH, len(CENTRES))),
            ]
        )

    def latent(self, n, *, rng, condition=None):
        """Draw codes (n,) and noise (n, 1)."""
        return {
            "code": torch.randint(len(CENTRES), (n,), generator=rng),
            "noise": torch.randn(n, 1, generator=rng),
        }

    def generate(self, latent, batch=None):
        """Return (n, 1) of x."""
        return self.generator(latent["code"]) + self.noise * latent["noise"]

    def terms(self, player, batch, latent, fake):
        """Return −L_I."""
        return Terms({"information": -categorical_information(self.recogniser(fake), latent["code"]).mean()})


class Reading(NamedTuple):
    """What is read at one step.

    Attributes:
        step: which.
        joint: (4, 641) log-masses of codes and ``X``.
        logits: (641, 4) of the recogniser.
    """

    step: int
    joint: Tensor
    logits: Tensor

    @property
    def information(self) -> float:
        """I(c; x), exactly."""
        return mutual_information(self.joint).item()

    @property
    def bound(self) -> float:
        """L_I of the recogniser, exactly."""
        return bound(self.joint, self.logits).item()


class CodeGame(SmallGame):
    """Codes, played on the project's engine.

    Args:
        seed: of weights, codes and noise.
        noise: standard deviation of x around its code's place.
    """

    family: Codes

    def __init__(self, seed: int, noise: float):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            family = Codes(noise)
        experiment = Experiment(family, {"q": Optimizer(Q_RATE), "g": Optimizer(G_RATE)}, batch=BATCH)
        super().__init__(experiment, np.zeros((BATCH, 1), np.float32), seed)

    @torch.no_grad()
    def reading(self) -> Reading:
        """Return what is read now."""
        joint = bells_of_codes(self.family.generator.weight[:, 0].double(), self.family.noise)
        return Reading(self.steps, joint, self.family.recogniser(X.float()[:, None]).double())
