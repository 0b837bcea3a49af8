"""Samples that depend on their seed and index alone."""

import contextlib
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils._pytree import tree_leaves, tree_map

from saddlepoint.core.kinds import Range, kind_of
from saddlepoint.core.protocol import Code, Family
from saddlepoint.core.seeds import generator
from saddlepoint.data.dataset import Split
from saddlepoint.data.subset import random_part
from saddlepoint.sampling.average import Average
from saddlepoint.sampling.latents import take

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
    """Return ``n`` samples on the CPU, floats in the experiment's range or tokens.

    The averaged weights are used where there are any, in evaluation mode and fp32; weights, buffers and
    random states are as before afterwards.

    Args:
        family: the game.
        n: how many samples.
        seed: sample i of a seed is the same whatever ``n`` is.
        average: the weights' moving average.
        condition: (n,) int64 classes or (n, ...) examples, as the family's ``condition`` says.
    """
    with evaluating(family, average):
        blocks = [_rendered(family, latents) for latents in _drawn(family, n, seed, condition)]
    return torch.cat(blocks)[:n]


def examples(family: Family, split: Split, n: int, seed: int, span: Range) -> Tensor | None:
    """Return the (n, ...) examples that the samples of ``seed`` are made of; None where they need none.

    Args:
        family: the game.
        split: where they are drawn from, at random; after its last one it begins anew.
        n: how many; example i of a seed is the same whatever ``n`` is.
        seed: seed of the draw.
        span: range of the floats.
    """
    if family.condition != "example":
        return None
    order = random_part(len(split), len(split), seed)
    array, _ = split.take(order[np.arange(n) % len(order)])
    return kind_of(split.array).to_tensor(torch.from_numpy(np.ascontiguousarray(array)), span)


@torch.no_grad()
def draw_latents(family: Family, n: int, *, seed: int, condition: Tensor | None = None) -> Any:
    """Return the latents, on the CPU, that :func:`sample` turns into ``n`` samples of the same seed."""
    with evaluating(family, None):
        blocks = list(_drawn(family, n, seed, condition))
    joined = tree_map(lambda *parts: torch.cat(parts) if isinstance(parts[0], Tensor) else parts[0], *blocks)
    return take(joined, slice(n))


@torch.no_grad()
def render(family: Family, latents: Any) -> Tensor:
    """Return one sample for each of ``latents``, on the CPU, with the bits that :func:`sample` gives.

    Games whose samples draw further numbers, as Gibbs chains do, give those bits for whole blocks of 64 alone.

    Args:
        family: the game.
        latents: what its ``latent`` draws, a pytree of tensors with first axis n.
    """
    n = _count(latents)
    with evaluating(family, None):
        blocks = [_rendered(family, block) for block in _whole_blocks(latents)]
    return torch.cat(blocks)[:n]


@torch.no_grad()
def render_levels(family: Family, latents: Any) -> dict[str, Tensor]:
    """Return the images through which one sample for each of ``latents`` comes to be, by name, on the CPU."""
    n = _count(latents)
    with evaluating(family, None):
        blocks = [family.levels(_moved(family, block)) for block in _whole_blocks(latents)]
    return {name: torch.cat([block[name].float().cpu() for block in blocks])[:n] for name in blocks[0]}


@torch.no_grad()
def traverse(family: Family, code: Code, columns: int, *, seed: int) -> Tensor:
    """Return samples in rows of one value of ``code`` and columns of one latent otherwise, on the CPU.

    Args:
        family: the game, with the weights to sample from.
        code: one of its codes.
        columns: latents, at most 64: those of the first samples of ``seed``.
        seed: seed of the latents.

    Returns:
        (values, columns, ...) samples as :func:`sample` returns them.
    """
    if not 1 <= columns <= BLOCK:
        raise ValueError(f"columns must be from 1 to {BLOCK}, not {columns}")
    device = next(family.parameters()).device
    latent = family.latent(BLOCK, rng=generator("cpu", seed, "sample", 0))
    latent = tree_map(lambda x: x.to(device) if isinstance(x, Tensor) else x, latent)
    with evaluating(family, None):
        rows = [
            _finished(family.sample(family.with_code(latent, code.name, value)))[:columns]
            for value in code.values
        ]
    return torch.stack(rows)


def _drawn(family: Family, n: int, seed: int, condition: Tensor | None) -> Iterator[Any]:
    """Yield blocks of 64 latents, the last one whole although ``n`` may end within it."""
    for start in range(0, n, BLOCK):
        rng = generator("cpu", seed, "sample", start // BLOCK)
        wanted = None
        if condition is not None:
            wanted = condition[start : start + BLOCK]
            wanted = torch.cat([wanted, wanted.new_zeros(BLOCK - len(wanted), *wanted.shape[1:])])
        yield family.latent(BLOCK, rng=rng, condition=wanted)


def _whole_blocks(latents: Any) -> Iterator[Any]:
    """Yield blocks of 64 latents, the last one filled up with its own beginning: all have the same size."""
    n = _count(latents)
    for start in range(0, n, BLOCK):
        rows = torch.arange(start, start + BLOCK)
        yield take(latents, torch.where(rows < n, rows, start))


def _count(latents: Any) -> int:
    return next(len(leaf) for leaf in tree_leaves(latents) if isinstance(leaf, Tensor))


def _rendered(family: Family, latents: Any) -> Tensor:
    torch.manual_seed(_seed(latents))  # of games whose samples draw further numbers, as Gibbs chains do
    return _finished(family.sample(_moved(family, latents)))


def _finished(samples: Tensor) -> Tensor:
    """Return samples on the CPU; those that are no tokens in fp32, whatever the arithmetic was."""
    return (samples.float() if samples.is_floating_point() else samples).cpu()


def _moved(family: Family, latents: Any) -> Any:
    device = next(family.parameters()).device
    return tree_map(lambda x: x.to(device) if isinstance(x, Tensor) else x, latents)


def _seed(latents: Any) -> int:
    """Return a seed that the first latent of a block decides, as the end of the last one may be filled up."""
    digest = hashlib.sha256()
    for leaf in tree_leaves(take(latents, slice(1))):
        if isinstance(leaf, Tensor):
            digest.update(leaf.detach().cpu().contiguous().numpy().tobytes())
    return int.from_bytes(digest.digest()[:8])


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
