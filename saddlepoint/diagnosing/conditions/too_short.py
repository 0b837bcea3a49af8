"""A budget that is too short to tell anything."""

from saddlepoint.diagnosing.finding import Evidence, Finding, below, condition
from saddlepoint.diagnosing.panels import samples_and_data
from saddlepoint.diagnosing.signals import Signals

APART = 0.85  # share that neighbours tell rightly
SHOWN = 0.4  # of the images after which results are worth seeing


@condition(
    "too-short",
    after=(
        "diverged",
        "untrained",
        "data-faults",
        "margin",
        "codes-ignored",
        "latent-unused",
        "dead-units",
        "generator-climbs",
        "critic-upside-down",
        "rate-too-high",
    ),
    live=True,
)
def too_short(signals: Signals) -> Finding | None:
    """The run has seen fewer images than results need to be worth seeing."""
    if not signals.samples or signals.data is None or signals.told_apart < APART:
        return None
    shown, wanted = signals.shown, signals.worth
    if shown >= SHOWN * wanted:
        return None
    return Finding(
        f"{shown:,} images were shown; results of this recipe are worth seeing from about {wanted:,}",
        below(shown / wanted, SHOWN),
        (Evidence("images shown over those that it takes", shown / wanted, SHOWN, True),),
        "it is too early to tell more",
        advice=f"saddle resume {signals.path} --images {2 * wanted}",
        picture=lambda: samples_and_data(signals),
    )
