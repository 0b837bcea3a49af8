"""The critic overfits: it knows training examples from others of the same kind."""

from saddlepoint.diagnosing.finding import Evidence, Finding, condition
from saddlepoint.diagnosing.panels import scores
from saddlepoint.diagnosing.samples import chances_apart
from saddlepoint.diagnosing.signals import Signals

APART, FEWEST = 0.65, 25


@condition("critic-overfits", after=("diverged", "untrained", "data-faults", "rate-too-high"))
def critic_overfits(signals: Signals) -> Finding | None:
    """The critic scores training examples above held-out ones."""
    if signals.data is None or signals.scores is None or len(signals.held) < FEWEST:
        return None
    apart = chances_apart(signals.scores["real"], signals.scores["held"])
    if apart <= APART:
        return None
    return Finding(
        f"the critic scores a training example above a held-out one in {apart:.0%} of pairs; ½ would be right",
        min(1.0, 0.5 + 2 * (apart - APART)),
        (Evidence("chance that training data score above held-out", apart, APART),),
        "too few examples for this critic: it learns them by heart, and its gradient then teaches noise",
        {"augment": "color,translation,cutout"},
        "or more data, or a narrower critic",
        picture=lambda: (scores(signals),),
    )
