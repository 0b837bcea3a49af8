"""The critic at its best, and what it turns the generator's game into.

    V(D, G) = E_p log D(x) + E_q log(1 − D(x))      (Goodfellow et al. 2014, eq. 1)
    D*      = p/(p + q), of which the logit is log p − log q      (eq. 2)
    C(G)    = max over D of V = −log 4 + 2·JSD(p‖q)               (eq. 6)

V is minus the mean of the critic's loss, as the project's objectives have it, over all pairs of a real and a
generated atom. Distributions are log-masses, see ``theory.divergences``.
"""

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from saddlepoint.objectives import objectives
from saddlepoint.theory.divergences import bells, jensen_shannon

LOG4 = math.log(4)
NEWTON = 15  # steps, from a flat line


def value(logit: Tensor, p: Tensor, q: Tensor) -> Tensor:
    """Return V of a critic with (k,) logits, for data p and samples q on the same atoms."""
    losses = objectives.get("minimax").critic(logit[:, None], logit[None, :])  # (real, fake)
    return -(p.exp()[:, None] * q.exp()[None, :] * losses).sum()


def cost(p: Tensor, q: Tensor) -> Tensor:
    """Return C(G) = −log 4 + 2·JSD(p‖q)."""
    return 2 * jensen_shannon(p, q) - LOG4


def ascended(p: Tensor, q: Tensor, steps: int) -> Iterator[Tensor]:
    """Yield the (k,) logits of a critic that starts at D = ½ and climbs V by plain gradient steps.

    V curves by at most max(p + q)/4 along an atom, so a step of 4/max(p + q) never goes too far.
    """
    rate = 4 / (p.exp() + q.exp()).max()
    logit = torch.zeros_like(p)
    yield logit
    for _ in range(steps):
        at = logit.clone().requires_grad_()
        (slope,) = torch.autograd.grad(value(at, p, q), at)
        logit = logit + rate * slope
        yield logit


def learned_line(mean: float, count: int, seed: int) -> tuple[float, float]:
    """Return slope and offset of the linear logit that tells samples of N(0, 1) from N(mean, 1) best.

    The best critic's is mean²/2 − mean·x.

    Args:
        mean: of the generator's samples.
        count: of samples of each.
        seed: of the samples.
    """
    rng = np.random.default_rng(seed)
    real, fake = torch.from_numpy(rng.standard_normal((2, count)))
    fake = fake + mean
    critic = objectives.get("minimax").critic
    line = torch.zeros(2, dtype=torch.float64).requires_grad_()
    for _ in range(NEWTON):
        loss = critic(line[0] * real + line[1], line[0] * fake + line[1]).mean()
        (slope,) = torch.autograd.grad(loss, line, create_graph=True)
        curvature = torch.stack([torch.autograd.grad(one, line, retain_graph=True)[0] for one in slope])
        line = (line - torch.linalg.solve(curvature, slope)).detach().requires_grad_()
    slope, offset = line.tolist()
    return slope, offset


def line_errors(mean: float, count: int) -> tuple[float, float]:
    """Return the standard errors of :func:`learned_line`, from the Fisher information of its two numbers."""
    x = torch.linspace(-12, 12 + mean, 2001, dtype=torch.float64)
    real, fake = bells(x, 0.0), bells(x, mean)
    best = (real - fake).sigmoid()
    weight = (real.exp() + fake.exp()) * best * (1 - best)
    features = torch.stack([x, torch.ones_like(x)])
    slope, offset = (torch.linalg.inv(features * weight @ features.T) / count).diag().sqrt().tolist()
    return slope, offset


def generator_path(rule: str, mean: float, steps: int, *, rate: float, renewed: bool) -> np.ndarray:
    """Return (steps + 1,) means of a generator N(θ, 1) that descends from θ = ``mean``; the data are N(0, 1).

    Args:
        rule: name of the generator's objective.
        mean: where the generator starts.
        steps: of plain gradient descent on the exact expectation.
        rate: size of a step.
        renewed: whether the critic is the best one at every step, or stays the best one of the first.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(80)
    noise, weight = torch.from_numpy(nodes), torch.from_numpy(weights / weights.sum())
    theta, path, against = mean, [mean], mean
    for _ in range(steps):
        if renewed:
            against = theta
        at = torch.tensor(theta, dtype=torch.float64).requires_grad_()
        logit = against**2 / 2 - against * (at + noise)
        loss = (weight * objectives.get(rule).generator(logit, logit)).sum()
        theta -= rate * torch.autograd.grad(loss, at)[0].item()
        path.append(theta)
    return np.array(path)


def by_chance(cells: int, count: int, draws: int, seed: int) -> float:
    """Return the mean JSD of two lots of examples of one distribution, as the best critic of its cells sees it.

    In the limit of many examples it is (cells − 1)/(4·count), with √(2(cells − 1))/(4·count) as the standard
    deviation of a draw.

    Args:
        cells: of equal mass, all that the critic tells apart.
        count: of examples in each lot.
        draws: of two lots each.
        seed: of the draws.
    """
    shares = np.random.default_rng(seed).multinomial(count, np.full(cells, 1 / cells), (draws, 2)) / count
    p, q = torch.from_numpy(shares).log().unbind(1)
    return float(np.mean([jensen_shannon(*lots).item() for lots in zip(p, q, strict=True)]))


def by_heart(count: int, sure: float = 40.0) -> float:
    """Return V of a critic that knows each of ``count`` reals and as many fakes, with logits of ±``sure``."""
    share, none = torch.full((count,), -math.log(count)), torch.full((count,), -math.inf)
    known = torch.full((count,), sure)
    return value(torch.cat([known, -known]), torch.cat([share, none]), torch.cat([none, share])).item()
