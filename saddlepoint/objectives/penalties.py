"""Penalties on the critic's gradient with respect to its input, in one table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.core.registry import Registry


class CriticPass(NamedTuple):
    """A critic and what it said of one batch, with gradients to both inputs still attached.

    Attributes:
        critic: (n, ...) input -> (n,) score.
        real: (n, ...) leaf that requires gradients.
        fake: (n, ...) leaf that requires gradients.
        real_score: (n,) scores of ``real``.
        fake_score: (n,) scores of ``fake``.
    """

    critic: Callable[[Tensor], Tensor]
    real: Tensor
    fake: Tensor
    real_score: Tensor
    fake_score: Tensor


@dataclass(frozen=True)
class Penalty:
    """A term for the critic's turn.

    Attributes:
        name: what users type.
        help: formula and source in one line.
        value: (pass, gamma) -> (n,) per-sample penalties.
        gamma: default weight.
    """

    name: str
    help: str
    value: Callable[[CriticPass, float], Tensor]
    gamma: float


def squared_gradient(score: Tensor, x: Tensor) -> Tensor:
    """Return ‖∇ₓ score‖² per sample, (n,), differentiable once more."""
    (gradient,) = torch.autograd.grad(score.sum(), x, create_graph=True)
    return gradient.flatten(1).square().sum(1)


def r1(critique: CriticPass, gamma: float) -> Tensor:
    """Return γ/2·‖∇D(x)‖² at real samples (Mescheder et al. 2018, eq. 9)."""
    return gamma / 2 * squared_gradient(critique.real_score, critique.real)


def r2(critique: CriticPass, gamma: float) -> Tensor:
    """Return γ/2·‖∇D(G(z))‖² at generated samples (Mescheder et al. 2018, eq. 10)."""
    return gamma / 2 * squared_gradient(critique.fake_score, critique.fake)


def gradient_penalty(critique: CriticPass, gamma: float) -> Tensor:
    """Return γ·(‖∇D(x̂)‖ − 1)² at random points between real and fake (Gulrajani et al. 2017, eq. 3)."""
    shape = (len(critique.real),) + (1,) * (critique.real.dim() - 1)
    mix = torch.rand(shape, dtype=critique.real.dtype, device=critique.real.device)
    between = critique.real + mix * (critique.fake - critique.real)
    norm = squared_gradient(critique.critic(between), between).clamp_min(1e-12).sqrt()
    return gamma * (norm - 1).square()


penalties: Registry[Penalty] = Registry("penalty", "saddlepoint.objectives")

for _penalty in (
    Penalty("r1", "gamma/2 * |grad D|^2 at real samples (Mescheder et al. 2018)", r1, 1.0),
    Penalty("r2", "gamma/2 * |grad D|^2 at generated samples (Mescheder et al. 2018)", r2, 1.0),
    Penalty(
        "gradient_penalty",
        "gamma * (|grad D| - 1)^2 between real and generated samples (Gulrajani et al. 2017)",
        gradient_penalty,
        10.0,
    ),
):
    penalties.add(_penalty.name, _penalty)
