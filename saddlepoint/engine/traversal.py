"""Samples that differ in one code alone."""

import torch
from torch import Tensor
from torch.utils._pytree import tree_map

from saddlepoint.core.protocol import Code, Family
from saddlepoint.core.seeds import generator
from saddlepoint.engine.sampling import BLOCK, evaluating


@torch.no_grad()
def traverse(family: Family, code: Code, columns: int, *, seed: int) -> Tensor:
    """Return samples in rows of one value of ``code`` and columns of one latent otherwise, on the CPU.

    Args:
        family: the game, with the weights to sample from.
        code: one of its codes.
        columns: latents, at most 64: those of the first samples of ``seed``.
        seed: seed of the latents.

    Returns:
        (values, columns, ...) floats in the experiment's pixel range.
    """
    if not 1 <= columns <= BLOCK:
        raise ValueError(f"columns must be from 1 to {BLOCK}, not {columns}")
    device = next(family.parameters()).device
    latent = family.latent(BLOCK, rng=generator("cpu", seed, "sample", 0))
    latent = tree_map(lambda x: x.to(device) if isinstance(x, Tensor) else x, latent)
    with evaluating(family, None):
        rows = [
            family.sample(family.with_code(latent, code.name, value)).float().cpu()[:columns]
            for value in code.values
        ]
    return torch.stack(rows)
