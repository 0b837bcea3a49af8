"""Energy distance of sounds (Székely and Rizzo 2013)."""

import numpy as np
from scipy.spatial.distance import cdist, pdist

from saddlepoint.core.kinds import FULL
from saddlepoint.evaluate.metric import About, Figure, Inputs, metric
from saddlepoint.evaluate.statistics import of_draws

MOST = 2_000  # sounds
_DRAWS = 5


@metric(
    figures={"energy": About("lower", "energy distance of waveforms; 0 in expectation for equality")},
    kinds=("waves",),
    least=50,
    most=MOST,
)
def energy(inputs: Inputs) -> dict[str, Figure]:
    """Energy distance 2E‖x − y‖ − E‖x − x′‖ − E‖y − y′‖ of waveforms, 0 in the mean at equality.

    ‖·‖ is the root mean square over samples, full scale being 1, so that sounds of other lengths compare.
    Samples and data are cut into five disjoint draws; the interval is Student's t over them.
    """
    fake, real = inputs.pair
    size = len(fake) // _DRAWS
    x, y = (view.head(size * _DRAWS).pixels / FULL for view in (fake, real))
    draws = [distance(x[i : i + size], y[i : i + size]) for i in range(0, size * _DRAWS, size)]
    return {"energy": Figure(*of_draws(np.array(draws)), size * _DRAWS, encoder="waveform")}


def distance(x: np.ndarray, y: np.ndarray) -> float:
    """Return the unbiased energy distance of (n, d) and (m, d), norms being root mean squares."""
    found = 2 * cdist(x, y).mean() - pdist(x).mean() - pdist(y).mean()
    return float(found / x.shape[1] ** 0.5)
