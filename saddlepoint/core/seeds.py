"""Independent streams of randomness from one seed."""

import hashlib
from operator import index

import torch


def derive(seed: int, *path: object) -> int:
    """Return a seed in [0, 2⁶³) for the stream named ``path``, independent of its neighbours."""
    # A seed of NumPy's or torch's is the same seed, and is not written in the same way.
    digest = hashlib.blake2b(repr((index(seed), *path)).encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def generator(device: torch.device | str, seed: int, *path: object) -> torch.Generator:
    """Return a torch generator on ``device`` for the stream named ``path``."""
    return torch.Generator(device).manual_seed(derive(seed, *path))
