"""The critic overpowers the generator, whose gradient vanishes."""

from collections.abc import Iterator

import numpy as np

from saddlepoint.diagnosing.finding import Evidence, Finding, below, condition
from saddlepoint.diagnosing.panels import scores, terms
from saddlepoint.diagnosing.samples import chances_apart
from saddlepoint.diagnosing.signals import Signals, last_part
from saddlepoint.plots.panel import Examples, Panel

PULL, APART = 0.1, 0.999  # slope of the generator's loss; chance that a real example scores above a sample
REAL, FAKE = 0.9, 0.1  # D(x) and D(G(z))


@condition(
    "critic-overpowers", after=("diverged", "generator-climbs", "rate-too-high", "dead-units"), live=True
)
def critic_overpowers(signals: Signals) -> Finding | None:
    """The critic is sure of everything, and what it says no longer moves the generator towards the data."""
    if not signals.samples or signals.data is None or signals.scores is None or signals.told_apart_now < 0.9:
        return None
    apart = chances_apart(signals.scores["real"], signals.scores["fake"])
    pull = signals.pull if signals.pull is not None else 1.0
    fake, real = last_part(signals.curve("D(G(z))")), last_part(signals.curve("D(x)"))
    certain = len(fake) and len(real) and np.median(fake) < FAKE and np.median(real) > REAL
    if apart < APART or not (pull < PULL or certain):
        return None
    sure = max(below(pull, PULL), 0.9 if certain else 0.0)
    since = None
    if certain:
        since = signals.since((signals.curve("D(G(z))") < FAKE) & (signals.curve("D(x)") > REAL))
    return Finding(
        f"the critic tells every sample from data (a real example scores higher in {apart:.1%} of pairs), and "
        f"the generator's loss has a slope of {pull:.2g}",
        sure,
        (
            Evidence("slope of the generator's loss over a score", pull, PULL, True),
            Evidence("chance that data score above samples", apart, APART),
        ),
        "where the critic is sure, log(1 − D) is flat, and even losses that are not give directions that "
        "lead nowhere "
        "near the data, since the critic has no reason to slope there",
        {"objective": "non_saturating", "penalty": ("r1",)},
        "a penalty keeps the critic's slope; fewer critic steps, or a lower --lr-d, keep it back",
        since,
        picture=lambda: _panels(signals, since),
    )


def _panels(signals: Signals, since: int | None) -> Iterator[Panel]:
    """Show the critic's scores, and its outputs over time where it has some."""
    yield scores(signals)
    if len(last_part(signals.curve("D(x)"))):
        yield terms(signals, ["D(x)", "D(G(z))"], "mean output of the critic", (REAL, FAKE), since)
    yield Examples("samples", signals.fake_now)
