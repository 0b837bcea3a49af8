"""Whether pictures show the structure that was asked for."""

import math

import numpy as np

from saddlepoint.evaluate.encoders.normals import estimator
from saddlepoint.evaluate.metric import About, Figure, Inputs, metric
from saddlepoint.evaluate.statistics import Z

MOST = 2_000  # views
RANGE = (0.0, 180.0)


@metric(
    figures={
        "angle": About("lower", "between normals asked for and those seen in the picture, degrees"),
        "angle_shuffled": About("real", "the same with every picture beside the normals of another"),
    },
    kinds=("views",),
    least=20,
    most=MOST,
    cheap=True,
)
def structure(inputs: Inputs) -> dict[str, Figure]:
    """Mean angle between the normals of views and those that an estimator reads off their pictures, in degrees.

    The estimator is a network of its own, trained on real views; what it misses in held-out ones is the floor
    beside the value. The control pairs every picture with the normals of the next view: what a picture says
    that does not heed its normals. Intervals are 1.96 standard errors over views.
    """
    views = inputs.fake.pixels.reshape(len(inputs.fake), *inputs.dataset.shape)
    read, mark = estimator(inputs.dataset)
    seen = read(views[:, 0])
    truth = directions(views[:, 1])
    space = f"normals-{mark}"
    found = {"angle": between(seen, truth), "angle_shuffled": between(seen, np.roll(truth, 1, axis=0))}
    return {name: _figure(angle.mean(axis=(1, 2)), space) for name, angle in found.items()}


def directions(levels: np.ndarray) -> np.ndarray:
    """Return unit float32 (..., 3) normals of uint8 levels, 0 to 255 for −1 to 1."""
    vectors = levels.astype(np.float32) / 127.5 - 1
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)  # no level is 0, so none has no length


def between(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return (...) degrees between unit vectors (..., 3)."""
    return np.degrees(np.arccos(np.clip((one * other).sum(axis=-1), -1, 1)))


def _figure(angle: np.ndarray, space: str) -> Figure:
    value, reach = float(angle.mean()), Z * float(angle.std(ddof=1)) / math.sqrt(len(angle))
    return Figure(value, value - reach, value + reach, len(angle), encoder=space, range=RANGE)
