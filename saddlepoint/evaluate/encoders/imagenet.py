"""Photographs as a network sees them that learned ImageNet's classes: EfficientNet-Lite0, from an extra."""

import numpy as np
import torch
import torch.nn.functional as F

from saddlepoint.compute.threads import map_blocks, pick_device, to_pixels
from saddlepoint.core.hashing import digest
from saddlepoint.core.progress import Progressing
from saddlepoint.data import cache
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.subset import random_part
from saddlepoint.evaluate.encoder import BLOCK, Encoder, Encoding, encoder
from saddlepoint.networks.efficientnet_lite import EfficientNetLite, efficientnet_lite, weights_path

LEAST, MOST = 64, 224  # pixels of a side that the network is shown
DEPTH = 11  # blocks: deeper maps have more channels, whose covariance thousands of samples do not tell
SPREAD = 100.0
_FIT = 2_000  # images whose features set the scale
_CHUNK = 50  # images at a time
_VERSION = b"EfficientNet-Lite0 1"


@encoder("images")
def imagenet(dataset: Dataset, report: Progressing) -> Encoder:
    """EfficientNet-Lite0 with ImageNet's weights: 112 features, for natural pictures (no Inception, so no FID).

    Features are the means over places of the 112 maps of the network's eleventh block. Sides below 64 pixels
    are enlarged to 64, those above 224 reduced to it, bilinearly; grey pictures get three equal channels. One
    common factor makes the total variance of features over training images 100, so that a Fréchet distance
    reads as per cent of the data's own variance.

    Raises:
        UserError: the package with the weights is not installed (the extra ``imagenet``).
    """
    device = pick_device()
    network = efficientnet_lite().to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    weights = digest([_VERSION, weights_path().read_bytes()], 12)

    def features(images: np.ndarray) -> np.ndarray:
        return _features(network, images, device)

    def spread() -> dict[str, float]:
        images, _ = dataset.train.take(random_part(len(dataset.train), _FIT))
        report(f"looking at {len(images):,} training images, once", 0, 0)
        parts = [images[start : start + BLOCK] for start in range(0, len(images), BLOCK)]
        found = np.concatenate(map_blocks(features, parts) if device.type == "cpu" else [*map(features, parts)])
        return {"variance": float(found.var(axis=0, dtype=np.float64).sum())}

    total = cache.remembered(f"imagenet-{weights}-{dataset.key}", spread)["variance"]
    scale = np.float32((SPREAD / total) ** 0.5 if total > 0 else 1.0)
    return Encoder(
        "imagenet",
        digest([weights.encode(), scale.tobytes()], 12),
        lambda images: Encoding(features(images) * scale, None),
        note="EfficientNet-Lite0 with ImageNet's weights, eleventh block",
        parallel=device.type == "cpu",
    )


def _features(network: EfficientNetLite, images: np.ndarray, device: torch.device) -> np.ndarray:
    """Return float32 (n, 112) features of uint8 (n, h, w, c) images."""
    side = min(MOST, max(LEAST, max(images.shape[1:3])))
    found = []
    for start in range(0, len(images), _CHUNK):
        x = to_pixels(images[start : start + _CHUNK], device).expand(-1, 3, -1, -1)
        with torch.inference_mode():
            if x.shape[2:] != (side, side):
                x = F.interpolate(x, size=(side, side), mode="bilinear", antialias=True)
            found.append(network.maps(x, DEPTH)[-1].mean((2, 3)).float().cpu().numpy())
    return np.concatenate(found)
