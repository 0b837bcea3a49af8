"""Memorisation: whether samples are nearer to training images than to real images never trained on."""

import numpy as np

from saddlepoint.core.hashing import row_keys
from saddlepoint.evaluate.distances import nearest
from saddlepoint.evaluate.metric import About, Figure, Inputs, metric
from saddlepoint.evaluate.statistics import of_share

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

    For each of 2,500 samples, or all, the nearest of N training and M held-out images is found in pixels, where
    equal ones count once, as an image that is there ten times is nearest no more often for it. A sampler that
    has learned the distribution and not its examples cannot tell the two apart, however blurred or narrow it
    is: the nearest is a training image with probability p = N/(N+M). With a share s found, the
    figure is (s−p)/(1−p), which is φ when φ of the samples are copies. It can be negative where held-out
    images resemble the samples more than training images do.

    A few images that look like everything may be nearest to many samples, which then say one thing only: the
    interval is Wilson's at the effective number n²/Σcⱼ² of independent samples, cⱼ being how many have image
    j as their nearest.
    """
    fake = inputs.fake.pixels
    train, held = _different(inputs.real.pixels), _different(inputs.heldout.pixels)
    in_train, to_train = nearest(fake, train)
    in_held, to_held = nearest(fake, held)
    # A sample at equal distance from both (two equal images) counts half for each.
    escaped = (to_held < to_train) + 0.5 * (to_held == to_train)
    winner = np.where(to_held < to_train, len(train) + in_held, in_train)
    trials = len(fake) ** 2 / np.square(np.bincount(winner)).sum()
    chance, share = len(held) / (len(train) + len(held)), float(escaped.mean())
    few, many = of_share(share * trials, trials)
    value, low, high = (1 - part / chance for part in (share, many, few))
    detail = {"nearer_to_training": 1 - share, "expected": 1 - chance, "independent": float(trials)}
    return {
        "memorisation": Figure(
            value, low, high, len(fake), encoder="pixels", detail=detail, range=(1 - 1 / chance, 1.0)
        )
    }


def _different(pixels: np.ndarray) -> np.ndarray:
    """Return the different rows of (n, p) pixels, in their order."""
    _, first = np.unique(row_keys(pixels), return_index=True)
    return pixels[np.sort(first)]
