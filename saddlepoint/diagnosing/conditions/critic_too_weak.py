"""The critic is too weak: samples are bad, and it does not see it."""

from saddlepoint.diagnosing.finding import Evidence, Finding, condition
from saddlepoint.diagnosing.panels import samples_and_data, scores
from saddlepoint.diagnosing.samples import chances_apart
from saddlepoint.diagnosing.signals import Signals

APART, EASY = 0.6, 0.99  # chance that a real example scores higher; share that five neighbours tell rightly


@condition(
    "critic-too-weak",
    after=(
        "diverged",
        "untrained",
        "too-short",
        "data-faults",
        "critic-upside-down",
        "generator-climbs",
        "rate-too-high",
    ),
)
def critic_too_weak(signals: Signals) -> Finding | None:
    """Anybody can tell samples from data, and the critic cannot."""
    if not signals.samples or signals.data is None or signals.scores is None:
        return None
    apart, easy = chances_apart(signals.scores["real"], signals.scores["fake"]), signals.told_apart_now
    if apart >= APART or easy <= EASY:
        return None
    return Finding(
        f"five nearest neighbours tell {easy:.0%} of samples and data apart, the critic ranks only "
        f"{apart:.0%} of "
        "pairs rightly",
        min(1.0, 0.5 + (APART - apart) + (easy - EASY)),
        (
            Evidence("share of pairs that the critic ranks rightly", apart, APART, True),
            Evidence("share that neighbours tell rightly", easy, EASY),
        ),
        "a critic that is frozen, too small, too slow or too strongly regularised gives the generator "
        "nothing to "
        "follow: its loss may fall while the critic's stays high, and samples stay bad",
        {"lr_d": "double", "critic_steps": 2},
        "or a wider critic (--width)",
        picture=lambda: (scores(signals), *samples_and_data(signals)),
    )
