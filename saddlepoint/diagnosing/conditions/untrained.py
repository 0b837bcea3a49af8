"""Weights that have hardly moved: frozen, or a rate that is far too low."""

from saddlepoint.diagnosing.finding import Evidence, Finding, below, condition
from saddlepoint.diagnosing.panels import by_player, samples_and_data
from saddlepoint.diagnosing.signals import Signals

MOVED = 0.02  # of the weights' own length


@condition("untrained", after=("diverged", "dead-units"))
def untrained(signals: Signals) -> Finding | None:
    """A player's weights are almost where they began, and samples are far from the data."""
    if not signals.samples or signals.data is None or not signals.moved or signals.told_apart < 0.9:
        return None
    player = min(signals.moved, key=signals.moved.__getitem__)
    moved = signals.moved[player]
    sure = below(moved, MOVED)
    if sure <= 0.5:
        return None
    return Finding(
        f"the weights of player {player} have moved by {moved:.2%} of their length",
        sure,
        (Evidence("distance from the first weights, over their length", moved, MOVED, True),),
        "its rate is far too low for so short a run, or nothing reaches it",
        {f"lr_{player}": "ten times"},
        picture=lambda: (
            by_player(signals.moved, "distance from the first weights, over their length", MOVED),
            *samples_and_data(signals),
        ),
    )
