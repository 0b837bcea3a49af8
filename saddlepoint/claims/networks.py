"""A finished run's networks, and what a critic's layers say of images."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from saddlepoint.core.protocol import Family
from saddlepoint.data.batches import to_floats
from saddlepoint.engine.state import load_weights
from saddlepoint.preparation import rebuild
from saddlepoint.run import Run

CHUNK = 500


def trained(run: Run) -> Family:
    """Return the family with the newest weights, not their average, in evaluation mode."""
    family = untrained(run)
    load_weights(family, run.folder.latest())
    return family


def untrained(run: Run) -> Family:
    """Return the same family with random weights of the run's seed, in evaluation mode."""
    return rebuild(run.config).experiment.family.eval()


def layers(critic: nn.Module, pixels: tuple[float, float]) -> Callable[[np.ndarray], list[Tensor]]:
    """Return uint8 (n, h, w, c) images -> the output of every convolution's non-linearity, (n, c, h, w)."""
    activations = [
        module
        for module in critic.modules()
        if isinstance(module, nn.ReLU | nn.LeakyReLU) and not list(module.children())
    ]

    def read(images: np.ndarray) -> list[Tensor]:
        kept: list[Tensor] = []
        hooks = [
            module.register_forward_hook(lambda module, given, found: kept.append(found.clone()))
            for module in activations
        ]
        try:
            with torch.inference_mode():
                critic(to_floats(torch.from_numpy(images), pixels))
        finally:
            for hook in hooks:
                hook.remove()
        return [found for found in kept if found.dim() == 4]

    return read


@torch.inference_mode()
def logits(critic: nn.Module, images: np.ndarray, pixels: tuple[float, float]) -> np.ndarray:
    """Return (n,) scores of uint8 (n, h, w, c) images."""
    parts = [
        critic(to_floats(torch.from_numpy(images[start : start + CHUNK]), pixels)).score
        for start in range(0, len(images), CHUNK)
    ]
    return torch.cat(parts).float().numpy()
