"""A variational autoencoder that is linear and normal: how likely it finds data is known, and so is its bound.

With z from N(0, 1) and x = wz + sε in d dimensions,

    log p(x) = log N(x; 0, wwᵀ + s²I),        p(z|x) = N(wᵀx / (|w|² + s²), s² / (|w|² + s²)),

and an encoder that has the posterior's mean but r times its variance misses KL(q ‖ p(z|x)) = ½(r − 1 − log r).
"""

import math

import numpy as np
import torch
from torch import Tensor, nn

from saddlepoint.families.vae import VAE

NODES = 8  # of Gauss and Hermite's sums, which are exact for what is square in the noise


def posing(w: Tensor, s: float, ratio: float) -> VAE:
    """Return the project's autoencoder with these weights.

    Args:
        w: (d,) where z is put.
        s: deviation around that.
        ratio: r, of the encoder's variance to that of the posterior.
    """
    d, total = len(w), w.square().sum() + s**2
    encoder, generator = nn.Linear(d, 2), nn.Linear(1, d)
    family = VAE(encoder, generator, latent=1, beta=1.0, points=True)
    with torch.no_grad():
        encoder.weight.copy_(torch.stack([w / total, torch.zeros(d)]))
        encoder.bias.copy_(torch.tensor([0.0, math.log(ratio * s**2 / total)]))
        generator.weight.copy_(w[:, None])
        generator.bias.zero_()
        family.spread.log_variance.fill_(2 * math.log(s))
    return family


@torch.no_grad()
def bound(family: VAE, x: Tensor) -> Tensor:
    """Return the evidence lower bound (n,) of points (n, d) in nats, its mean over ε summed exactly."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    parts = [family.parts(x, torch.full((len(x), 1), float(node))) for node in nodes]
    each = torch.stack([reconstruction + divergence for reconstruction, divergence in parts])
    return -torch.tensor(weights / weights.sum(), dtype=x.dtype) @ each


def log_likelihood(w: Tensor, s: float, x: Tensor) -> Tensor:
    """Return log p(x) of shape (n,) in nats."""
    covariance = torch.outer(w, w) + s**2 * torch.eye(len(w))
    return torch.distributions.MultivariateNormal(torch.zeros(len(w)), covariance).log_prob(x)
