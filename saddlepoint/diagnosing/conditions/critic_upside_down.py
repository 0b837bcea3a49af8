"""The critic ranks samples above data: signs or labels are exchanged somewhere."""

from saddlepoint.diagnosing.finding import Evidence, Finding, condition
from saddlepoint.diagnosing.panels import samples_and_data, scores
from saddlepoint.diagnosing.samples import chances_apart
from saddlepoint.diagnosing.signals import Signals

APART, EASY = 0.1, 0.95  # chance that a real example scores higher; share that five neighbours tell rightly


@condition("critic-upside-down", after=("untrained", "player-stopped", "data-faults"), live=True)
def critic_upside_down(signals: Signals) -> Finding | None:
    """The critic scores bad samples above data."""
    if not signals.samples or signals.data is None or signals.scores is None:
        return None
    apart, easy = chances_apart(signals.scores["real"], signals.scores["fake"]), signals.told_apart_now
    if apart >= APART or easy <= EASY:
        return None
    return Finding(
        f"the critic scores a real example above a sample in {apart:.0%} of pairs, though five nearest "
        f"neighbours tell {easy:.0%} apart: it knows them, and has them the wrong way round",
        min(1.0, 0.9 + APART - apart),
        (
            Evidence("share of pairs that the critic ranks rightly", apart, APART, True),
            Evidence("share that neighbours tell rightly", easy, EASY),
        ),
        "real and fake labels, or a sign of the critic's loss, are exchanged: both players then want the same, "
        "and samples go where data are not",
        advice="look at what the critic's loss is given as real and as fake",
        picture=lambda: (scores(signals), *samples_and_data(signals)),
    )
