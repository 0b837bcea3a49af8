"""A finished run's networks, and what its critic says of images."""

import numpy as np
import torch
from torch import nn

from saddlepoint.core.protocol import Family
from saddlepoint.data.batches import to_floats
from saddlepoint.engine.state import load_weights
from saddlepoint.runs.prepare import rebuild
from saddlepoint.training.run import Run

CHUNK = 500


def trained(run: Run) -> Family:
    """Return the family with the newest weights, not their average, in evaluation mode."""
    family = rebuild(run.config).experiment.family
    load_weights(family, run.folder.latest())
    return family.eval()


@torch.inference_mode()
def logits(critic: nn.Module, images: np.ndarray, pixels: tuple[float, float]) -> np.ndarray:
    """Return (n,) scores of uint8 (n, h, w, c) images."""
    parts = [
        critic(to_floats(torch.from_numpy(images[start : start + CHUNK]), pixels)).score
        for start in range(0, len(images), CHUNK)
    ]
    return torch.cat(parts).float().numpy()
