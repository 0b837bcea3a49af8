"""The generator climbs: its loss pushes samples to where the critic scores them lower."""

from collections.abc import Iterator

from saddlepoint.diagnosing.finding import Evidence, Finding, condition
from saddlepoint.diagnosing.panels import samples_and_data
from saddlepoint.diagnosing.signals import Signals
from saddlepoint.plots.panel import Histogram, Panel

DOWN = 0.9  # share of samples that are pushed down


@condition("generator-climbs", after=("untrained",))
def generator_climbs(signals: Signals) -> Finding | None:
    """A step of the generator lowers what the critic thinks of its samples."""
    if not signals.samples or signals.data is None or signals.pushed_down is None:
        return None
    share = signals.pushed_down
    if share <= DOWN:
        return None
    return Finding(
        f"the generator's loss pushes {share:.0%} of samples to where the critic scores them lower",
        share,
        (Evidence("share of samples that are pushed down", share, DOWN),),
        "a sign of the generator's loss is wrong: it flees from what the critic takes for data",
        advice="look at the sign of the generator's loss; it must fall as the critic's score of samples rises",
        picture=lambda: _panels(signals),
    )


def _panels(signals: Signals) -> Iterator[Panel]:
    """Show where each sample is pushed."""
    assert signals.pushes is not None
    where = "cosine between the push and the way to higher scores"
    yield Histogram("where the generator's loss pushes samples", where, {"samples": signals.pushes}, (0.0,))
    yield from samples_and_data(signals)
