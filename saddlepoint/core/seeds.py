"""Independent streams of randomness from one seed."""

import hashlib

import torch


def derive(seed: int, *path: object) -> int:
    """Return a seed in [0, 2⁶³) for the stream named ``path``, independent of its neighbours."""
    digest = hashlib.blake2b(repr((seed, *path)).encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1


def generator(device: torch.device | str, seed: int, *path: object) -> torch.Generator:
    """Return a torch generator on ``device`` for the stream named ``path``."""
    return torch.Generator(device).manual_seed(derive(seed, *path))
