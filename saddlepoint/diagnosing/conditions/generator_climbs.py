"""The generator climbs: its loss pushes samples to where the critic scores them lower."""

from saddlepoint.diagnosing.finding import Evidence, Finding, condition
from saddlepoint.diagnosing.signals import Signals

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
        (Evidence("samples that are pushed down", share, DOWN),),
        "a sign of the generator's loss is wrong: it flees from what the critic takes for data",
        advice="look at the sign of the generator's loss; it must fall as the critic's score of samples rises",
    )
