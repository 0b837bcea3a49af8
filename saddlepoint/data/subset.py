"""A part that stands for the whole: drawn at random, since sets come sorted by class, date or name."""

import numpy as np


def random_part(count: int, most: int, seed: int | np.random.Generator = 0) -> np.ndarray:
    """Return int64 positions of ``min(count, most)`` of ``count`` examples, in random order.

    Args:
        count: examples in the whole.
        most: examples wanted.
        seed: seed of the draw, or a generator to draw from.
    """
    return np.random.default_rng(seed).permutation(count)[:most]


def part_of(part: int, count: int, what: str, seed: int = 0) -> str:
    """Return how many of how many examples were taken: ``10,000 of 60,000 images, drawn at random, seed 0``."""
    return f"{part:,} of {count:,} {what}, drawn at random, seed {seed}"
