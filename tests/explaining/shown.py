"""What Python says of the numbers that drawings with sliders show, by script: (slider values) -> numbers."""

from collections.abc import Callable

import numpy as np
import torch

from saddlepoint.data.sources import grid25
from saddlepoint.objectives import objectives
from saddlepoint.theory import (
    coverage,
    divergences,
    energy,
    games,
    information,
    loss_bound,
    noise_contrastive,
    optimal_critic,
    penalties,
    updates,
)
from saddlepoint.theory.convolution_arithmetic import Layer

Numbers = dict[str, float]


def _collapse(kept: float, width: float, blur: float, n: float) -> Numbers:
    return coverage.expected(grid25.mixture(), kept=int(kept), width=width, blur=blur, n=int(n))._asdict()


def _convolutions(input: float, kernel: float, stride: float, padding: float, extra: float) -> Numbers:
    side, kernel, stride = int(input), int(kernel), int(stride)
    whole = (side - 1) * stride + kernel
    cut = min(int(padding), kernel - 1, (whole - 1) // 2)  # the last keeps a pixel at least
    layer = Layer(kernel, stride, cut, min(int(extra), stride - 1))
    origins, (least, most) = layer.origins(side), layer.inner()
    return {
        "size": len(layer.reached(side)),
        "smallest": origins[0],
        "largest": origins[-1],
        "cut": cut,
        "least": least,
        "most": most,
    }


def _energy(distance: float, margin: float) -> Numbers:
    _, real, fake = energy.bells(distance)
    least = energy.cheapest(real, fake, margin)
    return {
        "value": energy.value(real, fake, least, margin),
        "variation": float(abs(real - fake).sum() / 2),
        "of_real": float(real @ least),
        "of_fake": float(fake @ least),
    }


def _games(h: float, steps: float) -> Numbers:
    return {rule: games.modulus(rule, h) for rule in games.RULES}


def _information(noise: float, believed: float) -> Numbers:
    centres = torch.tensor(information.CENTRES)
    joint = information.bells_of_codes(centres, noise)
    read = information.bells_of_codes(centres, believed).log_softmax(0).T
    return {
        "information": information.mutual_information(joint).item(),
        "bound": information.bound(joint, read).item(),
        "gap": information.gap(joint, read).item(),
    }


def _optimal_critic(mean: float, data: float, samples: float) -> Numbers:
    x = torch.linspace(-24, 24, 1201, dtype=torch.float64)
    p, q = divergences.bells(x, 0.0, deviation=data), divergences.bells(x, mean, deviation=samples)
    return {
        "jsd": divergences.jensen_shannon(p, q).item(),
        "cost": optimal_critic.cost(p, q).item(),
        "forward": divergences.gaussian_kl(0, data, mean, samples),
        "reverse": divergences.gaussian_kl(mean, samples, 0, data),
    }


def _penalties(theta: float, gamma: float, sigma: float) -> Numbers:
    bells = penalties.Bells.apart(theta)
    square, differences = (values @ bells.real[1:] for values in bells.differences(gamma, sigma))
    return {
        "exact": gamma / 2 * float(square),
        "estimate": gamma / 2 * float(differences),
        "ratio": float(differences / square),
    }


def _reading_losses(shift: float, width: float, confidence: float) -> Numbers:
    return loss_bound.bells(shift, width, confidence)._asdict()


def _relatives(deviation: float) -> Numbers:
    precision, normaliser = noise_contrastive.limits(deviation)
    return {"precision": precision, "normaliser": normaliser}


def _updates(logit: float, spread: float) -> Numbers:
    noise = torch.linspace(-8, 8, 1601, dtype=torch.float64)
    weight = (-0.5 * noise**2).softmax(0)
    pulls = {}
    for rule in updates.RULES:
        s = (logit + spread * noise).requires_grad_()
        (slope,) = torch.autograd.grad((weight * objectives.get(rule).generator(s, s)).sum(), s)
        pulls[rule] = -slope.sum().item()
    return pulls


def _updates_fit(centre: float, width: float) -> Numbers:
    p = updates.two_modes()
    q = updates.gaussian(torch.tensor([centre, np.log(width)], dtype=torch.float64))
    followed = {"likelihood": divergences.kl, **updates.DIVERGENCES}
    return {rule: divergence(p, q).item() for rule, divergence in followed.items()}


SHOWN: dict[str, Callable[..., Numbers]] = {
    "collapse": _collapse,
    "convolutions": _convolutions,
    "energy": _energy,
    "games": _games,
    "information": _information,
    "optimal_critic": _optimal_critic,
    "penalties": _penalties,
    "reading_losses": _reading_losses,
    "relatives": _relatives,
    "updates": _updates,
    "updates_fit": _updates_fit,
}
