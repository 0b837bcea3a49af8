"""How many samples are copies of training examples, by whose neighbours they are."""

from typing import NamedTuple

import numpy as np

from saddlepoint.evaluate.distances import nearest
from saddlepoint.evaluate.statistics import of_share


class Copies(NamedTuple):
    """What neighbours tell of copies.

    Attributes:
        share: of copies, which would explain how often a training example is the nearest; can be negative.
        low: the lower end of its 95 % interval.
        high: the upper end.
        nearer: share of the samples whose nearest example is a training one.
        expected: what it would be without copies.
        independent: how many independent samples they count as.
    """

    share: float
    low: float
    high: float
    nearer: float
    expected: float
    independent: float


def copies(fake: np.ndarray, train: np.ndarray, held: np.ndarray) -> Copies:
    """Count copies by whether the nearest of N training and M held-out examples is a training one.

    A sampler that has learned the distribution and not its examples cannot tell the two apart, however blurred
    or narrow it is: the nearest is a training example with probability p = N/(N+M). With a share s found, the
    figure is (s−p)/(1−p), which is φ when φ of the samples are copies.

    A few examples that look like everything may be nearest to many samples, which then say one thing only: the
    interval is Wilson's at the effective number n²/Σcⱼ² of independent samples, cⱼ being how many have example
    j as their nearest.

    Args:
        fake: (n, d) samples.
        train: (N, d) training examples, all different: what is there ten times is nearest no more often.
        held: (M, d) examples that were never trained on, all different.
    """
    in_train, to_train = nearest(fake, train)
    in_held, to_held = nearest(fake, held)
    # A sample at equal distance from both (two equal examples) counts half for each.
    escaped = (to_held < to_train) + 0.5 * (to_held == to_train)
    winner = np.where(to_held < to_train, len(train) + in_held, in_train)
    trials = float(len(fake) ** 2 / np.square(np.bincount(winner)).sum())
    chance, share = len(held) / (len(train) + len(held)), float(escaped.mean())
    few, many = of_share(share * trials, trials)
    value, low, high = (1 - part / chance for part in (share, many, few))
    return Copies(value, low, high, 1 - share, 1 - chance, trials)
