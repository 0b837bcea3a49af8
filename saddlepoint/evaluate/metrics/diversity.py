"""Diversity within classes: how much samples of one class differ, beside real images of that class."""

import numpy as np

from saddlepoint.evaluate.metric import POSITIVE, About, Figure, Inputs, UnmeasurableError, metric
from saddlepoint.evaluate.statistics import around

_FEWEST, _REPLICATES = 10, 100


@metric(
    figures={
        "diversity": About("real", "spread of samples within a class over that of real ones"),
        "diversity_least": About("real", "the same for the class that varies least"),
    },
    least=20,
    cheap=True,
)
def diversity(inputs: Inputs) -> dict[str, Figure]:
    """Root mean square distance between samples of one class over that between training images of it.

    Classes are the encoder's most likely ones, for samples and images alike; without classes all images are
    one. 1 is the variety of the data, 0 a single image per class; noise exceeds 1. The mean over classes
    with at least 10 samples and 10 training images that are not all equal, and the smallest of them.
    Intervals are bootstrap over samples.
    """
    fake, real = inputs.fake, inputs.real
    fake_class, real_class = inputs.sort(fake), inputs.sort(real)
    ratios, draws, names = [], [], []
    for label in np.unique(real_class):
        mine = fake.features[fake_class == label]
        theirs = real.features[real_class == label]
        if min(len(mine), len(theirs)) < _FEWEST:
            continue
        once = np.ones((1, len(mine)))
        weight = inputs.rng.multinomial(len(mine), once[0] / len(mine), size=_REPLICATES)
        target = spread(theirs, np.ones((1, len(theirs))))[0]
        if not target > 0:  # images that are all equal have no variety to compare with
            continue
        ratios.append(np.sqrt(spread(mine, once)[0] / target))
        draws.append(np.sqrt(spread(mine, weight) / target))
        names.append(inputs.classes[label] if label < len(inputs.classes) else str(label))
    if not ratios:
        raise UnmeasurableError(
            f"needs a class with {_FEWEST} samples and {_FEWEST} training images that differ"
        )
    value, least = float(np.mean(ratios)), int(np.argmin(ratios))
    detail = {"classes": dict(zip(names, map(float, ratios), strict=True))}
    return {
        "diversity": Figure(
            value, *around(value, np.mean(draws, axis=0)), len(fake), detail=detail, range=POSITIVE
        ),
        "diversity_least": Figure(
            float(ratios[least]),
            *around(float(ratios[least]), draws[least]),
            len(fake),
            detail={"class": names[least]},
            range=POSITIVE,
        ),
    }


def spread(features: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return (r,) half mean squared distances between distinct rows of (n, f) under r weightings (r, n).

    Half the mean squared distance of all pairs is the total variance, so no pair is ever formed.
    """
    x = features.astype(np.float64)
    x -= x.mean(axis=0)
    total = weight.sum(axis=1)
    mean = weight @ x / total[:, None]
    square = weight @ np.einsum("ij,ij->i", x, x) / total
    return np.maximum(0, square - np.einsum("ij,ij->i", mean, mean)) * total / (total - 1)
