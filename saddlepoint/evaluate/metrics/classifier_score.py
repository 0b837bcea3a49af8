"""Classifier score: the Inception score with the encoder's own classes (Salimans et al. 2016)."""

import numpy as np
from scipy.special import log_softmax

from saddlepoint.evaluate.metric import About, Figure, Inputs, metric
from saddlepoint.evaluate.statistics import around

_REPLICATES = 200


@metric(
    figures={"classifier_score": About("higher", "effective number of classes, each sample a clear member")},
    needs=("logits",),
    least=10,
)
def classifier_score(inputs: Inputs) -> dict[str, Figure]:
    """Score exp E KL(p(y|x) ‖ p(y)): between 1 and the number of classes; high for clear and varied samples.

    Over all samples at once; the interval is bootstrap over them. It looks at classes only: one perfect
    image per class reaches the maximum.
    """
    log_p = log_softmax(np.asarray(inputs.fake.logits, np.float64), axis=1)
    count = len(log_p)
    every = np.full((1, count), 1 / count)
    weight = inputs.rng.multinomial(count, every[0], size=_REPLICATES) / count
    value, draws = float(score(log_p, every)[0]), score(log_p, weight)
    return {"classifier_score": Figure(value, *around(value, draws), count, range=(1.0, log_p.shape[1]))}


def score(log_p: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return (r,) scores of log-probabilities (n, k) under r weightings (r, n) of the samples."""
    p = np.exp(log_p)
    clear = weight @ (p * log_p).sum(axis=1)
    mean = weight @ p
    varied = -(mean * np.log(np.maximum(mean, 1e-300))).sum(axis=1)
    return np.exp(clear + varied)
