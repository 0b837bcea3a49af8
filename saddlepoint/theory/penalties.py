"""What penalties on a critic's gradient do in one dimension, where it can be solved.

With the Wasserstein loss E_q D − E_p D the critic would rise without bound. Under γ/2·∫ w·D′², whose weight w
is the data's density p (R1), the samples' q (R2) or their sum (both), Euler's equation gives

    D′ = (Q − P)/(γ·w),   the least loss −1/(2γ)·∫ (Q − P)²/w

where P and Q are the distribution functions. A linear critic D = ψx has the slopes ψ = Δ/γ under R1, Δ/2γ under
both, and ±(1 + |Δ|/2γ) under the gradient penalty, with Δ the mean of the data less that of the samples.
"""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from saddlepoint.compute.plan import Plan
from saddlepoint.core.experiment import Experiment, Optimizer
from saddlepoint.core.protocol import Progress
from saddlepoint.data.dataset import Split
from saddlepoint.data.mixture import Mixture
from saddlepoint.engine.step import Stepper
from saddlepoint.families.vanilla import Vanilla
from saddlepoint.networks.mlp import mlp_critic, mlp_generator
from saddlepoint.objectives import CriticPass, Penalty, objectives, penalties

REACH, POINTS = 9.0, 1801  # of the line: from −REACH to REACH
EDGE = 4.0  # of the standard normal numbers that differences are averaged over
WIDTH, START = 0.1, 2.0  # of the game that is played: of data and first samples, and where these begin
VIEW = np.linspace(-2.5, 2.5, 101)  # where its critic is looked at


def difference(sigma: float) -> Penalty:
    """Return R1 without a gradient: γ/2·(D(x + σe) − D(x))²/σ² with e normal, at real samples."""

    def value(critique: CriticPass, gamma: float) -> Tensor:
        moved = critique.real + sigma * torch.randn_like(critique.real)
        return gamma / 2 * ((critique.critic(moved) - critique.real_score) / sigma).square()

    return Penalty("difference", "gamma/2 * (D(x + sigma e) - D(x))^2 / sigma^2 at real samples", value, 1.0)


def expected_difference(omega: float, x: float, sigma: float) -> float:
    """Return E[(D(x + σe) − D(x))²]/σ² of the critic D = sin ωx; as σ falls it becomes D′(x)² = ω²·cos² ωx."""
    fade = np.exp(-((omega * sigma) ** 2) / 2)
    sine = np.sin(omega * x)
    square = (1 - np.cos(2 * omega * x) * fade**4) / 2 - 2 * sine**2 * fade + sine**2
    return float(square / sigma**2)


def passed(critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor) -> CriticPass:
    """Return what a critic (n, 1) -> (n,) says of points, as penalties take it."""
    real, fake = (x.detach().requires_grad_().clone() for x in (real, fake))  # torch counts no FLOPs of leaves
    return CriticPass(critic, real, fake, critic(real), critic(fake))


def linear_slope(chosen: list[Penalty], gamma: float, gap: float, steps: int = 200) -> float:
    """Return the slope that descent finds for a linear critic, with the data ``gap`` right of the samples."""
    real, fake = torch.full((8, 1), gap, dtype=torch.float64), torch.zeros(8, 1, dtype=torch.float64)
    critic = nn.Linear(1, 1, bias=False, dtype=torch.float64)
    nn.init.constant_(critic.weight, 0.1)
    for _ in range(steps):
        critique = passed(lambda x: critic(x).flatten(), real, fake)
        loss = objectives.get("wasserstein").critic(critique.real_score, critique.fake_score).mean()
        loss = loss + torch.stack([penalty.value(critique, gamma).mean() for penalty in chosen]).sum()
        (slope,) = torch.autograd.grad(loss, critic.weight)
        with torch.no_grad():
            critic.weight -= 0.2 / gamma * slope
    return critic.weight.item()


@dataclass(frozen=True)
class Bells:
    """Data N(0, 1) and samples N(θ, 1) on a grid.

    Attributes:
        x: (POINTS,) the grid.
        real: (POINTS,) the data's share of each point.
        fake: (POINTS,) the samples'.
    """

    x: np.ndarray
    real: np.ndarray
    fake: np.ndarray

    @classmethod
    def apart(cls, theta: float) -> "Bells":
        """Return the two, ``theta`` apart."""
        x = np.linspace(-REACH, REACH, POINTS)
        shares = [np.exp(-((x - mean) ** 2) / 2) for mean in (0.0, theta)]
        return cls(x, *(share / share.sum() for share in shares))

    @property
    def step(self) -> float:
        """From one point of the grid to the next."""
        return float(self.x[1] - self.x[0])

    def slopes(self, gamma: float) -> dict[str, np.ndarray]:
        """Return the best critic's D′ (POINTS − 1,) between the points, by where its penalty weighs."""
        rise = np.cumsum(self.fake - self.real)[:-1]
        weights = {"r1": self.real, "r2": self.fake, "both": self.real + self.fake}
        return {name: rise / (gamma * (w[1:] + w[:-1]) / 2 / self.step) for name, w in weights.items()}

    def least(self, gamma: float, where: str = "both") -> float:
        """Return the best critic's loss."""
        rise = np.cumsum(self.fake - self.real)[:-1]
        return float(-(rise * self.slopes(gamma)[where]).sum() * self.step / 2)

    def differences(self, gamma: float, sigma: float) -> tuple[np.ndarray, np.ndarray]:
        """Return D′² (POINTS − 1,) of the best critic under both, and what differences of size σ make of it.

        The latter are means over standard normal e, of which those from −EDGE to EDGE are taken.
        """
        slope = self.slopes(gamma)["both"]
        critic = np.concatenate([[0.0], np.cumsum(slope) * self.step])
        middle = (self.x[1:] + self.x[:-1]) / 2
        e = np.linspace(-EDGE, EDGE, 81)
        weight = np.exp(-(e**2) / 2)
        moved = (
            np.interp(middle[:, None] + sigma * e, self.x, critic) - np.interp(middle, self.x, critic)[:, None]
        )
        return slope**2, (moved**2 @ (weight / weight.sum())) / sigma**2


def trained_loss(bells: Bells, gamma: float, *, seed: int, steps: int) -> tuple[float, nn.Module]:
    """Train a small network on the whole line under R1 and R2; return its loss, and the network.

    The project's own penalties are weighed with the two densities instead of being averaged over samples.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        critic = mlp_critic((1,), (32, 32), activation=nn.Tanh).double()
    inside = slice(POINTS // 5, -POINTS // 5, 6)
    x = torch.from_numpy(bells.x[inside])[:, None]
    real, fake = (torch.from_numpy(share[inside] / share[inside].sum()) for share in (bells.real, bells.fake))
    optimizer = torch.optim.LBFGS(
        critic.parameters(), max_iter=steps, line_search_fn="strong_wolfe", tolerance_change=0
    )

    def loss() -> Tensor:
        critique = passed(lambda at: critic(at).score, x, x)
        both = real * penalties.get("r1").value(critique, gamma) + fake * penalties.get("r2").value(
            critique, gamma
        )
        return ((fake - real) * critique.real_score + both).sum()

    def closure() -> Tensor:
        optimizer.zero_grad()
        found = loss()
        found.backward()
        return found

    optimizer.step(closure)  # pyright: ignore[reportArgumentType]
    return loss().item(), critic


def rounding(sigmas: np.ndarray, dtype: torch.dtype, omega: float = 2.0) -> np.ndarray:
    """Return the relative error (k,) of the mean squared difference of sin ωx for each σ, in a precision.

    The mean is over 200 points of one period and over e = ±1, so that what does not vanish with σ is rounding.
    """
    x = torch.linspace(0, 2 * np.pi / omega, 201, dtype=torch.float64)[:-1]
    errors = []
    for sigma in sigmas.tolist():
        at = x.to(dtype)
        sides = [(omega * (at + sign * sigma)).sin() - (omega * at).sin() for sign in (1, -1)]
        mean = torch.stack(sides).double().square().mean().item() / sigma**2
        errors.append(abs(mean / (omega**2 / 2) - 1))
    return np.array(errors)


@dataclass(frozen=True)
class Cost:
    """What a critic's turn costs beside one without penalty.

    Attributes:
        work: times the multiplications.
        time: times the seconds, the median of several.
    """

    work: float
    time: float


def costs(
    critic: nn.Module, real: Tensor, fake: Tensor, games: dict[str, list[Penalty]], rounds: int
) -> dict[str, Cost]:
    """Return the cost of a critic's loss and its gradient under each set of penalties, by turns in ``rounds``.

    Args:
        critic: (n, ...) -> Critique.
        real: (n, ...) data.
        fake: (n, ...) samples.
        games: penalties by name; one without any, "none", is what all are compared with.
        rounds: how often each is timed.
    """
    parameters = list(critic.parameters())

    def play(chosen: list[Penalty]) -> None:
        critique = passed(lambda x: critic(x).score, real, fake) if chosen else None
        scores = (
            (critique.real_score, critique.fake_score) if critique else (critic(real).score, critic(fake).score)
        )
        loss = objectives.get("non_saturating").critic(*scores).mean()
        for penalty in chosen:
            assert critique is not None
            loss = loss + penalty.value(critique, 1.0).mean()
        torch.autograd.grad(loss, parameters)

    work, times = {}, {name: [] for name in games}
    for name, chosen in games.items():
        with FlopCounterMode(display=False) as counter:
            play(chosen)
        work[name] = counter.get_total_flops()
    for _ in range(rounds):
        for name, chosen in games.items():
            start = time.perf_counter()
            play(chosen)
            times[name].append(time.perf_counter() - start)
    usual = statistics.median(times["none"])
    return {name: Cost(work[name] / work["none"], statistics.median(times[name]) / usual) for name in games}


@dataclass(frozen=True)
class Game:
    """A game on the line.

    Attributes:
        means: (steps + 1,) mean of the generator's distribution at the start and after each step.
        steps: (k,) those at which the critic was looked at.
        critics: (k, n) its logits at ``VIEW`` then.
        samples: (k, m) samples then.
    """

    means: np.ndarray
    steps: np.ndarray
    critics: np.ndarray
    samples: np.ndarray

    @property
    def swing(self) -> float:
        """How far the mean still moves: its standard deviation over the last quarter of the steps."""
        return float(self.means[-len(self.means) // 4 :].std())


def played(chosen: list[tuple[Penalty, float]], steps: int, looks: int, *, seed: int) -> Game:
    """Play a GAN on the line on the engine, by plain gradient steps of 0.2 on batches of 64.

    Data are N(0, 0.1²); the generator z ↦ wz + b starts as N(2, 0.1²); the critic has two layers of 64 units.

    Args:
        chosen: penalties and their weights.
        steps: of critic and generator in turn.
        looks: how often the critic is looked at, the start and the end among them.
        seed: of weights, data, latents and penalties.
    """
    data = Mixture(np.zeros((1, 1)), WIDTH).draw(20_000, seed)[0]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        generator = mlp_generator((1,), (1,), activation=nn.Tanh, output=None)
        line: nn.Linear = generator.to_data  # pyright: ignore[reportAssignmentType]
        nn.init.constant_(line.weight, WIDTH)
        nn.init.constant_(line.bias, START)
        critic = mlp_critic((1,), (64, 64), activation=lambda: nn.LeakyReLU(0.2))
        family = Vanilla(generator, critic, latent=1)
        family.penalties, family.second_order = chosen, ("d",) if chosen else ()
        rates = {player: Optimizer(lr=0.2, kind="sgd") for player in family.players}
        stepper = Stepper.of(Experiment(family, rates, batch=64), Split(data), Plan("cpu", "fp32", 1), seed)
        latent = torch.randn(200, 1, generator=torch.Generator().manual_seed(seed))
        at = torch.tensor(VIEW[:, None], dtype=torch.float32)
        shown = np.unique(np.linspace(0, steps, looks).round().astype(int))
        means, critics, samples = [], [], []
        for step in range(steps + 1):
            means.append(line.bias.item())
            if step in shown:
                with torch.no_grad():
                    critics.append(critic(at).score.numpy())
                    samples.append(family.generate(latent)[:, 0].numpy())
            if step < steps:
                stepper.step(Progress(step, 0, 0.0, step / steps))
    return Game(np.array(means), shown, np.array(critics), np.array(samples))
