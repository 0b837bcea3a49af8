"""Variety within what is reached: samples around each mode are too narrow."""

from saddlepoint.diagnosing.finding import Evidence, Finding, below, condition
from saddlepoint.diagnosing.signals import Signals

SPREAD = 0.2  # of the data's variance within bins


@condition(
    "lost-variety",
    after=(
        "diverged",
        "untrained",
        "too-short",
        "mode-collapse",
        "critic-overpowers",
        "margin",
        "latent-unused",
        "data-faults",
        "critic-overfits",
        "generator-climbs",
        "critic-upside-down",
        "rate-too-high",
    ),
)
def lost_variety(signals: Signals) -> Finding | None:
    """Samples reach the parts of the data, and vary too little within them."""
    if not signals.samples or signals.data is None:
        return None
    spread = signals.bins.spread
    sure = below(spread, SPREAD)
    if sure <= 0.5:
        return None
    return Finding(
        f"within the parts of the data that they reach, samples have {spread:.0%} of the real variance",
        sure,
        (Evidence("variance within bins", spread, SPREAD),),
        "the generator maps many latents to one example; averaged weights, too, make samples more alike",
        {"penalty": ("r1", "r2")},
        "or train longer: variety within a class comes last",
    )
