"""Games of two numbers: f(x, y) that x lowers and y raises, played by every rule that was proposed to end it.

Of the bilinear game f = xy each rule is a linear map; ``modulus`` gives the factor by which one step of size h
changes the distance from the saddle in the long run:

    rule           one step from z, v(z) = (−∂f/∂x, ∂f/∂y)           factor on xy               source
    simultaneous   z + h·v(z)                                        √(1 + h²)
    alternating    y first, then x with the new y                    1 for h < 2
    extragradient  z + h·v(z + h·v(z))                               √(1 − h² + h⁴)             Korpelevich 1976
    optimistic     z + 2h·v(z) − h·v(z before)                       √(½(1 + √(1 − 4h²)))*      Daskalakis 2018
    consensus      z + h·(v(z) − γ·∇½|v(z)|²)                        √((1 − hγ)² + h²)          Mescheder 2017
    lookahead      z + α·(five simultaneous steps − z)               |1 − α + α(1 + ih)⁵|       Zhang 2019

* for h ≤ ½; in general the larger root of λ² − (1 + 2ih)λ + ih.
"""

import cmath
import math
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor, nn

from saddlepoint.compute.plan import Plan
from saddlepoint.core.experiment import Experiment, Optimizer
from saddlepoint.core.protocol import Family, Progress, Terms
from saddlepoint.data.batches import Batches
from saddlepoint.data.dataset import Split
from saddlepoint.engine.step import Stepper

Point = np.ndarray
Field = Callable[[Point], Point]

AHEAD, ALPHA = 5, 0.5  # of look-ahead
GAMMA = 1.0  # of consensus


class Number(nn.Module):
    """A network of one parameter and no input."""

    def __init__(self, value: float):
        super().__init__()
        self.value = nn.Parameter(torch.tensor(float(value)))


class TwoNumbers(Family):
    """A game of two numbers, for the project's own engine.

    The player y minimises −f(x, y) and the player x minimises f(x, y).

    Args:
        payoff: f.
        start: first (x, y).
    """

    players = {"y": ("second",), "x": ("first",)}  # noqa: RUF012

    def __init__(self, payoff: Callable[[Tensor, Tensor], Tensor], start: tuple[float, float] = (1.0, 1.0)):
        super().__init__()
        self.payoff = payoff
        self.first, self.second = map(Number, start)

    def turns(self, progress):
        """Let y move before x."""
        return ("y", "x")

    def latent(self, n, *, rng, condition=None):
        """Return nothing to draw."""
        return torch.zeros(n)

    def generate(self, latent, batch=None):
        """Return nothing to generate."""
        return latent

    def terms(self, player, batch, latent, fake):
        """Return the payoff, or its opposite."""
        payoff = self.payoff(self.first.value, self.second.value)
        return Terms({"payoff": -payoff if player == "y" else payoff})


def played(family: TwoNumbers, steps: int, *, h: float, simultaneous: bool) -> np.ndarray:
    """Play on the engine with plain gradient steps of size h; return (steps + 1, 2) of (x, y) in float32."""
    optimizers = {player: Optimizer(lr=h, kind="sgd") for player in family.players}
    experiment = Experiment(family, optimizers, batch=1, simultaneous=simultaneous)
    batches = Batches(Split(np.zeros((1, 1), np.float32)), 1, seed=0, device=torch.device("cpu"))
    stepper = Stepper(experiment, Plan("cpu", "fp32", 1), batches, torch.Generator())
    path = [(family.first.value.item(), family.second.value.item())]
    for step in range(steps):
        stepper.step(Progress(step, 0, 0.0, 0.0))
        path.append((family.first.value.item(), family.second.value.item()))
    return np.array(path)


def bilinear(z: Point) -> Point:
    """Return v(x, y) = (−y, x) of f = xy."""
    return np.array([-z[1], z[0]])


def bent(a: float) -> Field:
    """Return v of f = a/2·x² + xy − a/2·y²: a game that also bends towards its saddle where a > 0."""

    def field(z: Point) -> Point:
        return np.array([-z[1] - a * z[0], z[0] - a * z[1]])

    return field


def simultaneous(field: Field, z: Point, h: float) -> Iterator[Point]:
    """Both move by the gradients at one place."""
    while True:
        z = z + h * field(z)
        yield z


def alternating(field: Field, z: Point, h: float) -> Iterator[Point]:
    """Y moves, then x answers the new y."""
    while True:
        z = np.array([z[0], z[1] + h * field(z)[1]])
        z = np.array([z[0] + h * field(z)[0], z[1]])
        yield z


def extragradient(field: Field, z: Point, h: float) -> Iterator[Point]:
    """Both try a step, and move by the gradients where it led."""
    while True:
        z = z + h * field(z + h * field(z))
        yield z


def optimistic(field: Field, z: Point, h: float) -> Iterator[Point]:
    """Both move by twice the gradient less the one before, which stands for the next."""
    before = field(z)
    while True:
        now = field(z)
        z = z + 2 * h * now - h * before
        before = now
        yield z


def consensus(field: Field, z: Point, h: float) -> Iterator[Point]:
    """Both also descend on γ·½|v|², whose gradient is that of v, transposed, times v."""
    while True:
        z = z + h * (field(z) - GAMMA * jacobian(field, z).T @ field(z))
        yield z


def lookahead(field: Field, z: Point, h: float) -> Iterator[Point]:
    """Five simultaneous steps are tried; slow weights go half of the way."""
    while True:
        fast = z
        for _ in range(AHEAD):
            fast = fast + h * field(fast)
        z = z + ALPHA * (fast - z)
        yield z


RULES: dict[str, Callable[[Field, Point, float], Iterator[Point]]] = {
    "simultaneous": simultaneous,
    "alternating": alternating,
    "extragradient": extragradient,
    "optimistic": optimistic,
    "consensus": consensus,
    "lookahead": lookahead,
}


def path(rule: str, field: Field, start: tuple[float, float], h: float, steps: int) -> np.ndarray:
    """Return (steps + 1, 2): the start, and every step of a rule from there."""
    z = np.array(start, dtype=float)
    moves = RULES[rule](field, z, h)
    return np.array([z, *(next(moves) for _ in range(steps))])


def modulus(rule: str, h: float) -> float:
    """Return the factor by which one step of a rule changes the distance from the saddle of xy in the end."""
    match rule:
        case "simultaneous":
            return math.sqrt(1 + h * h)
        case "alternating":  # λ² − (2 − h²)λ + 1
            root = cmath.sqrt((2 - h * h) ** 2 - 4)
            return max(abs((2 - h * h + sign * root) / 2) for sign in (1, -1))
        case "extragradient":
            return math.sqrt(1 - h**2 + h**4)
        case "optimistic":
            root = cmath.sqrt(1 - 4 * h * h)
            return max(abs((1 + 2j * h + sign * root) / 2) for sign in (1, -1))
        case "consensus":
            return math.hypot(1 - h * GAMMA, h)
        case "lookahead":
            return abs(1 - ALPHA + ALPHA * (1 + 1j * h) ** AHEAD)
    raise ValueError(f"there is no rule {rule!r}")


def measured_modulus(rule: str, h: float, steps: int = 600, field: Field = bilinear) -> float:
    """Return the factor a step over the second half of a path, from the slope of the log distance."""
    radius = np.linalg.norm(path(rule, field, (1.0, 1.0), h, steps), axis=1)
    half = np.arange(steps // 2, steps + 1)
    return math.exp(np.polyfit(half, np.log(radius[half]), 1)[0])


def dirac(gamma: float, *, objective: str = "minimax", norm: float = 0.0) -> Field:
    """Return v of the Dirac-GAN: data at 0, a sample at θ, the critic D(x) = ψx; Mescheder et al. 2018.

    The players' losses are the project's own objectives, the critic's with ½γ(|ψ| − norm)² added: R1 at a norm
    of 0, WGAN-GP's penalty at 1. Points are (θ, ψ).
    """
    from saddlepoint.objectives import objectives

    rule = objectives.get(objective)

    def field(z: Point) -> Point:
        theta, psi = (torch.tensor(float(one), dtype=torch.float64, requires_grad=True) for one in z)
        real, fake = psi * 0.0, psi * theta
        critic = rule.critic(real, fake) + gamma / 2 * (psi.abs() - norm).square()
        (down,) = torch.autograd.grad(rule.generator(real, fake), theta, retain_graph=True)
        (up,) = torch.autograd.grad(critic, psi)
        return np.array([-down.item(), -up.item()])

    return field


def jacobian(field: Field, at: Point) -> np.ndarray:
    """Return ∂v/∂z at a point by central differences."""
    return np.stack([(field(at + step) - field(at - step)) / 2e-5 for step in 1e-5 * np.eye(2)], axis=1)


def two_time_scales(rates: tuple[float, float], *, seed: int, steps: int = 5000) -> float:
    """Return the mean distance from the saddle over the last fifth of noisy steps on (1 + x²)(100 − y²).

    Args:
        rates: of x, which descends, and of y, which ascends.
        seed: of the unit normal noise of every gradient.
        steps: from (½, −⅖); Heusel et al. 2017, appendix.
    """
    noise = np.random.default_rng(seed).standard_normal((steps, 2))
    x, y, radii = 0.5, -0.4, np.empty(steps)
    for step in range(steps):
        down, up = 2 * x * (100 - y * y) + noise[step, 0], -2 * y * (1 + x * x) + noise[step, 1]
        x, y = x - rates[0] * down, y + rates[1] * up
        radii[step] = math.hypot(x, y)
    return float(radii[-steps // 5 :].mean())
