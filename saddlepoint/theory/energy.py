"""Games of energies: a critic that pulls data down and pushes samples up to a margin (Zhao et al. 2016).

With the data's density p, the generator's q, an energy D ≥ 0 and the margin m, the critic minimises
(equations 1 and 3)

    V(D) = ∫ p·D + q·max(0, m − D)

point by point: where p < q the cheapest energy is m, elsewhere it is 0 (lemma 1). What is left is
m·∫ min(p, q) = m·(1 − TV(p, q)), which is largest, m, where q = p: the generator that raises it brings the
total variation down.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from saddlepoint.compute.plan import Plan
from saddlepoint.core.experiment import Experiment, Optimizer
from saddlepoint.core.progress import Progressing, silent
from saddlepoint.core.protocol import Progress
from saddlepoint.data.dataset import Split
from saddlepoint.data.mixture import Mixture
from saddlepoint.data.sources import ring8
from saddlepoint.engine.step import Stepper
from saddlepoint.families.ebgan import EBGAN
from saddlepoint.networks.autoencoder import dense_autoencoder
from saddlepoint.networks.mlp import mlp_generator
from saddlepoint.objectives.adversarial import cross_entropy
from saddlepoint.objectives.energy import margin_loss, pulling_away

SIGMA = 0.05  # of every mode of the ring, so that its energies can be seen
SHOWN = 200  # samples of a moment
REACH, PIXELS = 1.7, 69  # of landscapes: from −REACH to REACH along both axes


def losses(energy: np.ndarray, margin: float) -> tuple[np.ndarray, np.ndarray]:
    """Return what a real and what a fake of every energy (any shape) costs the critic."""
    at = torch.from_numpy(energy)
    full = torch.full_like(at, margin)
    return margin_loss(at, full, margin).numpy(), margin_loss(torch.zeros_like(at), at, margin).numpy()


def cheapest(real: np.ndarray, fake: np.ndarray, margin: float, levels: int = 401) -> np.ndarray:
    """Return the energies (n,) of least loss where data have the weights ``real`` (n,), samples ``fake`` (n,).

    Found by trying ``levels`` energies from 0 to twice the margin, the margin among them where their number is
    odd; the least one of several that cost the same.
    """
    tried = np.linspace(0, 2 * margin, levels)
    of_real, of_fake = losses(tried, margin)
    share = (real / (real + fake))[:, None]
    return tried[(share * of_real + (1 - share) * of_fake).round(12).argmin(1)]


def value(real: np.ndarray, fake: np.ndarray, energy: np.ndarray, margin: float) -> float:
    """Return V(D): the critic's loss for weights (n,) of data and samples at points of these energies (n,)."""
    of_real, of_fake = losses(energy, margin)
    return float(real @ of_real + fake @ of_fake)


def bells(
    distance: float, *, points: int = 2001, reach: float = 8.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return points (n,) and the shares of two unit Gaussians there, whose means are ``distance`` apart."""
    x = np.linspace(-reach, reach, points)
    shares = [np.exp(-((x - mean) ** 2) / 2) for mean in (-distance / 2, distance / 2)]
    return x, *(share / share.sum() for share in shares)


def least_repulsion(codes: int, dimensions: int) -> float:
    """Return the least that the pulling-away term of so many codes can be (Welch 1974): 0 where they fit."""
    return max(0.0, (codes - dimensions) / (dimensions * (codes - 1)))


def repelled(codes: Tensor, steps: int, rate: float) -> list[Tensor]:
    """Return ``codes`` (n, f) of length 1, and what they are after each step down the pulling-away term."""
    path = [codes / codes.norm(dim=1, keepdim=True)]
    for _ in range(steps):
        now = path[-1].clone().requires_grad_()
        (slope,) = torch.autograd.grad(pulling_away(now), now)
        moved = path[-1] - rate * len(codes) * slope
        path.append(moved / moved.norm(dim=1, keepdim=True))
    return path


def raised(margin: float | None, time: float, rate: float) -> np.ndarray:
    """Return the energy of one fake, from 0 on, as a critic raises it by steps of ``rate`` for a ``time``.

    Args:
        margin: of the energy loss; None for the vanilla loss, whose logit is the energy's opposite.
        time: steps times ``rate``.
        rate: of the steps.
    """
    energy, nothing = (
        torch.zeros(1, dtype=torch.float64, requires_grad=True),
        torch.zeros(1, dtype=torch.float64),
    )
    path = [0.0]
    for _ in range(round(time / rate)):
        loss = cross_entropy(nothing, -energy) if margin is None else margin_loss(nothing, energy, margin)
        (slope,) = torch.autograd.grad(loss.sum(), energy)
        energy = (energy - rate * slope).detach().requires_grad_()
        path.append(energy.item())
    return np.array(path)


def endless(time: float) -> float:
    """Return the vanilla loss's energy after a ``time`` of infinitely small steps: E + exp(E) = 1 + time."""
    from scipy.special import lambertw

    return float(1 + time - lambertw(np.exp(1 + time)).real)


def gibbs(energy: np.ndarray, beta: float, area: float) -> np.ndarray:
    """Return the density exp(−β·E)/Z on cells of an ``area`` each; its sum times the area is 1."""
    weights = np.exp(-beta * (energy - energy.min()))
    return weights / (weights.sum() * area)


def plane() -> Tensor:
    """Return (PIXELS², 2) points of the plane on which landscapes are drawn, row by row from below."""
    axis = torch.linspace(-REACH, REACH, PIXELS)
    return torch.cartesian_prod(axis, axis).flip(1)


@dataclass(frozen=True)
class Moment:
    """A game of energies at one step.

    Attributes:
        step: how many were played.
        energy: (PIXELS, PIXELS) of the plane.
        samples: (n, 2).
        terms: what the players minimise and watch, by name.
        repulsion: the pulling-away term of the codes of as many data, and of the samples.
    """

    step: int
    energy: np.ndarray
    samples: np.ndarray
    terms: dict[str, float]
    repulsion: tuple[float, float]


def ring(seed: int, count: int = 20_000) -> np.ndarray:
    """Return ``count`` points of eight modes on the unit circle, wide enough to be seen."""
    return Mixture(ring8.mixture().centres, SIGMA).draw(count, seed)[0]


def played(
    steps: int,
    moments: int,
    *,
    margin: float,
    repel: float,
    seed: int,
    progress: Progressing = silent,
) -> list[Moment]:
    """Play an EBGAN on the ring on the engine; return it at evenly spaced steps, the first and last included.

    Args:
        steps: of the critic and the generator in turn, on batches of 64.
        moments: to be returned.
        margin: of the energy.
        repel: weight of the pulling-away term in the generator's turn.
        seed: of weights, data and latents.
        progress: is told the steps.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        generator = mlp_generator((2, 64, 64), (2,), activation=nn.ReLU, output=None)
        critic = dense_autoencoder((2,), layers=3, width=64, dropout=False)
    family = EBGAN(generator, critic, latent=2, margin=margin, repel=repel)
    data = ring(seed)
    experiment = Experiment(family, {player: Optimizer(lr=1e-3) for player in family.players}, batch=64)
    stepper = Stepper.of(experiment, Split(data), Plan("cpu", "fp32", 1), seed)
    latent = torch.randn(SHOWN, 2, generator=torch.Generator().manual_seed(seed))
    real = torch.from_numpy(data[:SHOWN])
    shown = set(np.linspace(1, steps, moments).round().astype(int).tolist())
    found = []
    for step in range(1, steps + 1):
        report = stepper.step(Progress(step - 1, 0, 0.0, step / steps))
        if step in shown:
            found.append(
                _moment(step, family, latent, real, {name: term.item() for name, term in report.items()})
            )
            progress(f"margin {margin:g}", step, steps)
    return found


@torch.no_grad()
def _moment(step: int, family: EBGAN, latent: Tensor, real: Tensor, terms: dict[str, float]) -> Moment:
    samples: Any = family.generate(latent)
    energy = family.critic(plane()).score.reshape(PIXELS, PIXELS)
    of_real, of_fake = (pulling_away(family.critic(x).feature).item() for x in (real, samples))
    return Moment(step, energy.numpy(), samples.numpy(), terms, (of_real, of_fake))


def near_a_mode(distance: float) -> np.ndarray:
    """Return (PIXELS, PIXELS) whether a point of the plane is within ``distance`` of a mode of the ring."""
    to_modes = plane().numpy()[:, None] - ring8.mixture().centres
    return (np.linalg.norm(to_modes, axis=2).min(1) <= distance).reshape(PIXELS, PIXELS)


def blind(pictures: np.ndarray) -> float:
    """Return the mean energy of pictures (n, ...) for a critic that rebuilds the mean picture of them all."""
    rows = pictures.reshape(len(pictures), -1)
    return float(np.linalg.norm(rows - rows.mean(0), axis=1).mean())
