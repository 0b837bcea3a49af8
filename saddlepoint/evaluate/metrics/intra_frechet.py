"""Fréchet distance within each class, intra FID (Miyato and Koyama 2018, arXiv:1802.05637, section 4)."""

import numpy as np

from saddlepoint.evaluate.metric import POSITIVE, About, Figure, Inputs, UnmeasurableError, metric
from saddlepoint.evaluate.metrics.frechet import frechet_distance, moments, resampled
from saddlepoint.evaluate.statistics import around

_FEWEST, _REPLICATES = 50, 20


@metric(
    figures={
        "intra_frechet": About("lower", "mean over classes of the Fréchet distance within a class"),
        "intra_frechet_worst": About("lower", "the same for the class that is farthest from its images"),
    },
    needs=("classes",),
    slow=True,
)
def intra_frechet(inputs: Inputs) -> dict[str, Figure]:
    """Fréchet distance between samples and training images of one class, mean and largest over classes.

    Classes are the encoder's most likely ones, for samples and images alike, where the paper takes those that
    the generator was asked for: so a game without labels has the figure too, and pays for samples between two
    classes, which the distance over all classes hardly sees. The shares of the classes do not matter. As that
    distance it is biased upward by a term of order 1/N, here in the samples of a class. Intervals are bootstrap
    over samples. Of every class there must be at least 50 samples and 50 training images.
    """
    fake, real = inputs.fake, inputs.real
    fake_class, real_class = inputs.sort(fake), inputs.sort(real)
    values, draws = [], []
    for label, name in enumerate(inputs.classes):
        mine, theirs = fake.features[fake_class == label], real.features[real_class == label]
        if min(len(mine), len(theirs)) < _FEWEST:
            raise UnmeasurableError(
                f"needs {_FEWEST} samples and training images of every class; of {name!r} there are "
                f"{len(mine)} and {len(theirs)}"
            )
        target = moments(theirs)
        values.append(frechet_distance(moments(mine), target))
        draws.append([frechet_distance(resampled(mine, inputs.rng), target) for _ in range(_REPLICATES)])
    mean, worst = float(np.mean(values)), int(np.argmax(values))
    by_class = {"classes": dict(zip(inputs.classes, values, strict=True))}
    return {
        "intra_frechet": Figure(
            mean, *around(mean, np.mean(draws, axis=0)), len(fake), detail=by_class, range=POSITIVE
        ),
        "intra_frechet_worst": Figure(
            values[worst],
            *around(values[worst], np.array(draws[worst])),
            len(fake),
            detail={"class": inputs.classes[worst]},
            range=POSITIVE,
        ),
    }
