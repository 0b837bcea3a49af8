"""Moving about in the space of latents: walks, averages and truncation, for any pytree of tensors.

Only floating tensors move. Labels (whole numbers) and one-hot codes (floats that are all 0 or 1) are kept as
they are, because half of a class means nothing. Latents are taken to be drawn around 0, as all families do.
"""

from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_leaves, tree_map

from saddlepoint.core.protocol import Family
from saddlepoint.core.seeds import generator

DRAWS = 1024  # latents that show whether a tensor is normal or uniform

_CLOSE = 1e-4  # sine of an angle below which a circle through two points is as good as undefined


def bounded(family: Family) -> Any:
    """Return the latents' pytree with one boolean per tensor: whether it is drawn from a box, or unbounded.

    The answer is read off 1,024 draws, so that no family has to declare it: the largest of that many uniform
    numbers lies 1.7 standard deviations from 0, the largest of as many normal ones beyond 3.
    """
    draws = family.latent(DRAWS, rng=generator("cpu", 0, "bounded"))
    return tree_map(lambda x: bool(_moves(x) and x.abs().max() < 2.2 * x.square().mean().sqrt()), draws)


def walk(start: Any, end: Any, steps: int, boxes: Any) -> Any:
    """Walk from n latents to n others in equal steps, both ends included.

    Tensors drawn from a box are joined by straight lines: a box is convex, so every point of the walk is a
    latent that training could have drawn. Unbounded (normal) ones are joined along the circle through both,
    with the length changing evenly (after White 2016): normal latents of d dimensions have a length near √d and
    hardly ever another, but the middle of a straight line is √2 shorter, where the generator was never trained.

    Args:
        start: latents; labels and one-hot codes are those of ``start`` all the way.
        end: latents of the same shape.
        steps: points of each walk, at least 2.
        boxes: what :func:`bounded` says of these latents.

    Returns:
        Latents with first axis n·steps, walk after walk.
    """

    def joined(a: Any, b: Any, box: bool) -> Any:
        if not _moves(a):
            return a.repeat_interleave(steps, 0) if isinstance(a, Tensor) else a
        points = [(_line if box else _arc)(a, b, i / (steps - 1)) for i in range(1, steps - 1)]
        return torch.stack([a, *points, b], 1).flatten(0, 1)

    return tree_map(joined, start, end, boxes)


def truncate(latents: Any, psi: float) -> Any:
    """Pull latents towards their mean: z becomes ψ·z.

    A normal latent then has standard deviation ψ and a length of ψ·√d in place of √d; a uniform one comes from
    a box ψ times as wide, inside the one that training used. Either way samples become more typical and less
    varied, as with the truncation of BigGAN (Brock et al. 2019) and StyleGAN; sample i keeps its direction, so
    that it stays recognisable. 1 changes nothing; at 0 all samples are that of the mean latent.
    """
    if psi == 1:
        return latents
    return tree_map(lambda x: psi * x if _moves(x) else x, latents)


def movable(latents: Any) -> bool:
    """Say whether any latents lie anywhere between others; labels, codes and other zeros and ones do not."""
    return any(map(_moves, tree_leaves(latents)))


def mean(latents: Any) -> Any:
    """Return the average of n latents, as one latent; labels and codes are those of the first."""
    return tree_map(lambda x: x.mean(0, keepdim=True) if _moves(x) else _first(x), latents)


def combine(latents: list[Any], signs: list[int]) -> Any:
    """Return the signed sum of single latents; labels and codes are those of the first."""

    def total(*parts: Any) -> Any:
        if not _moves(parts[0]):
            return parts[0]
        return torch.stack([sign * part for sign, part in zip(signs, parts, strict=True)]).sum(0)

    return tree_map(total, *latents)


def scatter(latent: Any, n: int, radius: float, rng: torch.Generator) -> Any:
    """Return n latents around one, with noise from U(−radius, radius) (Radford et al. 2016, 6.3.2)."""

    def noisy(x: Any) -> Any:
        if not isinstance(x, Tensor):
            return x
        x = x.repeat_interleave(n, 0)
        return x + radius * (2 * torch.rand(x.shape, generator=rng) - 1) if _moves(x) else x

    return tree_map(noisy, latent)


def join(first: Any, then: Any) -> Any:
    """Return latents followed by others of the same shape."""
    return tree_map(lambda a, b: torch.cat([a, b]) if isinstance(a, Tensor) else a, first, then)


def within(latents: Any, draws: Any, boxes: Any) -> Any:
    """Bring latents back to where draws lie: into their box, or within the length of the longest.

    Args:
        latents: of any number.
        draws: many latents of the game.
        boxes: what :func:`bounded` says of them.
    """

    def near(x: Any, drawn: Any, box: bool) -> Any:
        if not _moves(drawn):
            return x
        if box:
            return x.clamp(drawn.min(), drawn.max())
        length = x.flatten(1).norm(dim=1).clamp(min=1e-12)
        factor = (drawn.flatten(1).norm(dim=1).max() / length).clamp(max=1)
        return x * factor.view(-1, *(1,) * (x.dim() - 1))

    return tree_map(near, latents, draws, boxes)


def moving(latents: Any) -> list[Tensor]:
    """Return the tensors of latents that can move: neither labels nor one-hot codes."""
    return [x for x in tree_leaves(latents) if _moves(x)]


def take(latents: Any, rows: Any) -> Any:
    """Return some of the latents, by slice or by a list of indices."""
    return tree_map(lambda x: x[rows] if isinstance(x, Tensor) else x, latents)


def _moves(x: Any) -> bool:
    return isinstance(x, Tensor) and x.is_floating_point() and not bool(((x == 0) | (x == 1)).all())


def _first(x: Any) -> Any:
    return x[:1] if isinstance(x, Tensor) else x


def _line(a: Tensor, b: Tensor, t: float) -> Tensor:
    return (1 - t) * a + t * b


def _arc(a: Tensor, b: Tensor, t: float) -> Tensor:
    """Turn from a to b about 0, the length going evenly from that of a to that of b."""
    left, right = a.flatten(1), b.flatten(1)
    first, last = (side.norm(dim=1, keepdim=True).clamp(min=1e-12) for side in (left, right))
    left, right = left / first, right / last
    angle = (left * right).sum(1, keepdim=True).clamp(-1, 1).acos()
    sine = angle.sin()
    turned = (((1 - t) * angle).sin() * left + (t * angle).sin() * right) / sine * _line(first, last, t)
    # Opposite or equal directions, always so in one dimension, have no circle of their own.
    straight = _line(a.flatten(1), b.flatten(1), t)
    return torch.where(sine.abs() < _CLOSE, straight, turned).view_as(a)
