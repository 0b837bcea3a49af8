"""Which classes a generator makes, and how far that is from the data's own mixture."""

import math

import numpy as np

from saddlepoint.evaluate.metric import SHARE, About, Figure, Inputs, metric
from saddlepoint.evaluate.statistics import around, kl_divergence, of_share, total_variation

_REPLICATES = 400


@metric(
    figures={
        "classes": About("higher", "classes that at least one sample belongs to"),
        "class_kl": About("lower", "KL divergence from the data's class mixture, nats"),
        "class_kl_uniform": About("real", "KL divergence from equal classes, nats"),
        "class_tv": About("lower", "total variation from the data's class mixture"),
        "class_largest": About("real", "share of the commonest class"),
    },
    needs=("classes",),
    least=10,
    cheap=True,
)
def class_histogram(inputs: Inputs) -> dict[str, Figure]:
    """Classes that the samples cover, and the distance of their mixture from the data's and from uniform.

    The encoder's most likely class of each sample is counted. Divergences are in nats, KL(samples ‖ q). A
    perfect sampler of K equal classes scores about (K−1)/2N at N samples, not 0: see the figure of real
    images. Intervals are bootstrap.
    """
    classes, count = len(inputs.classes), len(inputs.fake)
    hits = np.bincount(inputs.sort(inputs.fake), minlength=classes)
    label = inputs.real.label if inputs.real.label is not None else inputs.sort(inputs.real)
    data = np.bincount(label, minlength=classes)
    q, uniform = data / data.sum(), np.full(classes, 1 / classes)
    draws = inputs.rng.multinomial(count, hits / count, size=_REPLICATES)

    def figure(distance, target: np.ndarray, most: float | None) -> Figure:
        value = distance(hits, target)
        interval = around(value, np.array([distance(draw, target) for draw in draws]))
        return Figure(value, *interval, count, range=(0.0, most))

    detail = {"names": list(inputs.classes), "counts": hits.tolist(), "data": q.tolist()}
    largest = int(hits.max())
    return {
        "classes": Figure(int((hits > 0).sum()), None, None, count, detail=detail, range=(0, classes)),
        "class_kl": figure(kl_divergence, q, None),
        "class_kl_uniform": figure(kl_divergence, uniform, math.log(classes)),
        "class_tv": figure(total_variation, q, 1.0),
        "class_largest": Figure(largest / count, *of_share(largest, count), count, range=SHARE),
    }
