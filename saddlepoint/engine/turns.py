"""The order of a step as data: what each turn needs, before anything is computed."""

from typing import NamedTuple

from saddlepoint.core.experiment import Experiment
from saddlepoint.core.protocol import START, Family, Progress

ENDS = (START, START._replace(fraction=1.0))


class Turn(NamedTuple):
    """What one player's move needs.

    Attributes:
        player: who moves.
        new_batch: a real batch is drawn first; else that of the turn before serves.
        new_latent: latents are drawn first.
        new_fakes: fakes are made first.
        attached: fakes carry a graph into the generator.
    """

    player: str
    new_batch: bool
    new_latent: bool
    new_fakes: bool
    attached: bool


def schedule(
    family: Family, players: tuple[str, ...], *, fresh_latent: bool, simultaneous: bool, pieces: int = 1
) -> tuple[Turn, ...]:
    """Return what each turn of a step needs.

    A player's first turn shares the batch (and, without ``fresh_latent``, latent and fakes) with the others. A
    repeated turn gets new latents and fakes, and a new batch where the player reads reals.

    Args:
        family: the game.
        players: who moves, in order.
        fresh_latent: every turn draws latents of its own.
        simultaneous: all gradients are taken before anybody moves, so that graphs of fakes stay valid.
        pieces: parts that a batch goes in; more than one leave no fakes for another turn.
    """
    turns: list[Turn] = []
    moved: set[str] = set()
    attached = False
    for player in players:
        generates, repeated = family.generates(player), player in moved
        new_batch = not moved or (repeated and family.reads(player))
        new_latent = not moved or repeated or fresh_latent
        new_fakes = new_latent or pieces > 1 or (generates and not attached)
        if new_fakes:  # shared fakes keep their graph for the generator's turn
            attached = generates or not (fresh_latent or pieces > 1)
        turns.append(Turn(player, new_batch, new_latent, new_fakes, attached))
        moved.add(player)
        if generates and not simultaneous:
            attached = False  # its weights have moved: the graph is stale
    return tuple(turns)


def batches_drawn(family: Family, players: tuple[str, ...]) -> int:
    """Return how many real batches a step of ``players`` takes."""
    return sum(turn.new_batch for turn in schedule(family, players, fresh_latent=True, simultaneous=False))


def longest(family: Family) -> Progress:
    """Return where in a run a step has the most turns: at its start or at its end."""
    return max(ENDS, key=lambda progress: len(family.turns(progress)))


def images_drawn(experiment: Experiment) -> int:
    """Return how many real images a step takes where it has the most turns."""
    family = experiment.family
    return experiment.batch * batches_drawn(family, family.turns(longest(family)))
