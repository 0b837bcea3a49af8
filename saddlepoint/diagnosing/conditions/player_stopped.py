"""A player that moved at first, and then stopped while others went on."""

from saddlepoint.diagnosing.finding import Evidence, Finding, condition
from saddlepoint.diagnosing.panels import losses
from saddlepoint.diagnosing.signals import Signals

STILL = 0.25  # of the run's rows, the last ones


@condition("player-stopped", after=("diverged",), live=True)
def player_stopped(signals: Signals) -> Finding | None:
    """Networks that were trained at first have not moved since, while others have, and no new stage began."""
    rows, players = signals.rows, signals.family.players
    if not rows:
        return None
    reports = {player: _reports(rows, player) for player in players}
    last = {player: there[-1] if there else -1 for player, there in reports.items()}
    first = [there[0] for there in reports.values() if there]
    start = len(rows) - max(1, round(STILL * len(rows)))
    moving = {name for player, row in last.items() if row >= start for name in players[player]}
    stopped = {
        player: row
        for player, row in last.items()
        if 0 <= row < start
        and any(name not in moving for name in players[player])
        and not any(begun >= row > 0 for begun in first)
    }
    if not stopped or not moving:
        return None
    player, row = max(stopped.items(), key=lambda one: one[1])
    share = 1 - (row + 1) / len(rows)
    step = int(rows[row]["step"])
    return Finding(
        f"player {player} has made no step since step {step:,} of {int(rows[-1]['step']):,}",
        min(1.0, 0.75 + share / 2),
        (Evidence("share of the run, its last part, without a step", share, STILL),),
        "whoever still moves follows an opponent that no longer answers: a generator finds the one place that "
        "a fixed critic likes best, and a critic learns to know a fixed generator",
        advice="let both players move in every step",
        since=step,
        picture=lambda: losses(signals, step),
    )


def _reports(rows: list[dict], player: str) -> list[int]:
    """Return the rows in which a player reports a term."""
    return [index for index, row in enumerate(rows) if any(name.startswith(f"{player}/") for name in row)]
