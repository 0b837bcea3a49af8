"""Memorisation: whether samples are nearer to training images than to real images never trained on."""

import numpy as np

from saddlepoint.core.hashing import row_keys
from saddlepoint.evaluate.copies import copies
from saddlepoint.evaluate.metric import About, Figure, Inputs, metric

_MOST = 2_500


@metric(
    figures={
        "memorisation": About(
            "real", "share of copies that would explain how often a training image is nearest"
        )
    },
    needs=("heldout",),
    kinds=("images",),
    least=25,
    most=_MOST,
)
def memorisation(inputs: Inputs) -> dict[str, Figure]:
    """Share of copies that would explain how often a training image is nearest; 0 where samples generalise.

    For each of 2,500 samples, or all, the nearest of all training and held-out images is found in pixels, and
    copies are counted as :func:`saddlepoint.evaluate.copies.copies` does. The figure can be negative where
    held-out images resemble the samples more than training images do.
    """
    fake = inputs.fake.pixels
    found = copies(fake, _different(inputs.real.pixels), _different(inputs.heldout.pixels))
    detail = {
        "nearer_to_training": found.nearer,
        "expected": found.expected,
        "independent": found.independent,
    }
    ends = (1 - 1 / (1 - found.expected), 1.0)
    return {
        "memorisation": Figure(
            found.share, found.low, found.high, len(fake), encoder="pixels", detail=detail, range=ends
        )
    }


def _different(pixels: np.ndarray) -> np.ndarray:
    """Return the different rows of (n, p) pixels, in their order."""
    _, first = np.unique(row_keys(pixels), return_index=True)
    return pixels[np.sort(first)]
