"""A rate that is too high: weights have gone further than so many updates should carry them."""

import math

from saddlepoint.core.protocol import START
from saddlepoint.diagnosing.finding import Evidence, Finding, above, condition
from saddlepoint.diagnosing.panels import by_player, samples_and_data
from saddlepoint.diagnosing.signals import Signals

STRIDE = 0.12  # distance over the weights' length and the square root of the number of updates


@condition("rate-too-high", after=("untrained", "generator-climbs", "critic-upside-down", "data-faults"))
def rate_too_high(signals: Signals) -> Finding | None:
    """A player's weights wander far faster than those of games that learn."""
    if hasattr(
        signals.family, "energy"
    ):  # a Boltzmann machine's begin near nothing: their length is no measure
        return None
    turns = signals.player.turns(START)
    strides = {
        player: moved / math.sqrt(signals.step * turns.count(player))
        for player, moved in signals.moved.items()
        if signals.step and player in turns
    }
    if not strides:
        return None
    player = max(strides, key=strides.__getitem__)
    sure = above(strides[player], STRIDE)
    if sure <= 0.5:
        return None
    return Finding(
        f"the weights of player {player} have moved by {signals.moved[player]:.1f} times their length in "
        f"{signals.step * turns.count(player):,} updates",
        sure,
        (Evidence("distance over the weights' length and the root of updates", strides[player], STRIDE),),
        "steps are so large that weights are thrown about: what was learned is lost with every step, and units "
        "saturate or die",
        {f"lr_{one}": "half" for one, stride in strides.items() if stride > STRIDE},
        "or a rate that is ten times lower",
        picture=lambda: (
            by_player(strides, "distance over length and root of updates", STRIDE),
            *(samples_and_data(signals) if signals.samples and signals.data is not None else ()),
        ),
    )
