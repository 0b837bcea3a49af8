"""Stacked MNIST's score: how many of the thousand triples are made, and how evenly."""

import math

import numpy as np

from saddlepoint.data.channels import Channels
from saddlepoint.evaluate.encoders.find import find_encoder
from saddlepoint.evaluate.metric import About, Figure, Inputs, metric
from saddlepoint.evaluate.statistics import around, kl_divergence

_REPLICATES = 200
SPACE = "judge of channels"


@metric(
    figures={
        "stacked_modes": About("higher", "kinds of images, of all combinations of its channels' classes"),
        "stacked_kl": About("real", "KL divergence from equal kinds, nats; its floor is (K−1)/2N, not 0"),
    },
    truth=Channels,
    least=100,
)
def stacked_modes(inputs: Inputs) -> dict[str, Figure]:
    """Combinations of classes that a classifier finds in the channels, and their distance from equal shares.

    The judge of single channels (MNIST's own classifier) names each channel; a kind is covered by one sample.
    The divergence is KL(samples ‖ uniform) in nats. A perfect sampler of K equal kinds scores (K−1)/2N at N
    samples: 0.0192 at the 26,000 that PacGAN draws (``--samples 26000``), and 0.0235 with MNIST's own classes;
    counts of other N do not compare. The floor at this N is in the detail.
    """
    channel = inputs.truth(Channels).images
    judge = find_encoder("judge", channel)
    classes, count = len(channel.classes), len(inputs.fake)
    kind = np.zeros(count, np.int64)
    for image in np.moveaxis(_channels(inputs.fake.pixels, channel.shape[0]), 3, 0):
        logits = judge.encode(np.ascontiguousarray(image[..., None])).logits
        assert logits is not None
        kind = kind * classes + logits.argmax(1)
    total = classes**3
    hits = np.bincount(kind, minlength=total)
    uniform = np.full(total, 1 / total)
    value = kl_divergence(hits, uniform)
    draws = inputs.rng.multinomial(count, hits / count, size=_REPLICATES)
    spread = np.array([kl_divergence(draw, uniform) for draw in draws])
    detail = {"of": total, "floor": (total - 1) / (2 * count), "judge": judge.hash, "accuracy": judge.accuracy}
    return {
        "stacked_modes": Figure(
            int((hits > 0).sum()), None, None, count, encoder=SPACE, detail=detail, range=(0, total)
        ),
        "stacked_kl": Figure(
            value, *around(value, spread), count, encoder=SPACE, detail=detail, range=(0.0, math.log(total))
        ),
    }


def _channels(pixels: np.ndarray, side: int) -> np.ndarray:
    """Return uint8 (n, side, side, 3) from thumbnails (n, p), without their border."""
    full = round((pixels.shape[1] / 3) ** 0.5)
    border = (full - side) // 2
    inner = slice(border, border + side)
    return pixels.reshape(-1, full, full, 3)[:, inner, inner]
