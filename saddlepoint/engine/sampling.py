"""Samples that depend on their seed and index alone."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor
from torch.utils._pytree import tree_map

from saddlepoint.core.protocol import Family
from saddlepoint.core.seeds import generator
from saddlepoint.engine.ema import Average

BLOCK = 64  # samples computed at a time, always, so that sample i has the same bits whatever n is


@torch.no_grad()
def sample(
    family: Family,
    n: int,
    *,
    seed: int,
    average: Average | None = None,
    condition: Tensor | None = None,
) -> Tensor:
    """Return ``n`` samples as floats on the CPU, in the experiment's pixel range.

    The averaged weights are used where there are any, in evaluation mode and fp32; weights, buffers and
    random states are as before afterwards.

    Args:
        family: the game.
        n: how many samples.
        seed: sample i of a seed is the same whatever ``n`` is.
        average: the weights' moving average.
        condition: (n,) int64 classes, for conditional families.
    """
    device = next(family.parameters()).device
    blocks = []
    with evaluating(family, average):
        for start in range(0, n, BLOCK):
            rng = generator("cpu", seed, "sample", start // BLOCK)
            wanted = None
            if condition is not None:
                wanted = condition[start : start + BLOCK]
                wanted = torch.cat([wanted, wanted.new_zeros(BLOCK - len(wanted))])
            latent = family.latent(BLOCK, rng=rng, condition=wanted)
            latent = tree_map(lambda x: x.to(device) if isinstance(x, Tensor) else x, latent)
            blocks.append(family.sample(latent).float().cpu()[: n - start])
    return torch.cat(blocks)


@contextmanager
def evaluating(family: Family, average: Average | None) -> Iterator[None]:
    """Put the family into evaluation mode with averaged weights, and everything back afterwards."""
    training = [module for module in family.modules() if module.training]
    with torch.random.fork_rng(), average.in_place() if average else contextlib.nullcontext():
        family.eval()
        try:
            yield
        finally:
            for module in training:
                module.training = True
