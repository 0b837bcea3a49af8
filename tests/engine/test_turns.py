"""What each turn of a step needs, against the rules told a turn at a time, for every order of up to five."""

from itertools import product

import pytest

from saddlepoint.core.experiment import Experiment
from saddlepoint.core.protocol import Family
from saddlepoint.engine.turns import Turn, batches_drawn, images_drawn, longest, schedule


class Game(Family):
    """Two critics and two generators; the second of each reads, or does not, as the first does not."""

    players = {"c": ("critic",), "d": ("critic",), "g": ("generator",), "h": ("generator",)}  # noqa: RUF012


class Table:
    """A table at which players are dealt cards: what lies on it, and who has been served."""

    def __init__(self, shared, simultaneous, pieces):
        self.shared, self.simultaneous, self.pieces = shared, simultaneous, pieces
        self.served: set[str] = set()
        self.batch = self.latent = self.fakes = None  # each the number of the turn that brought it
        self.graph = False

    def deal(self, number, player):
        makes, again = player in "gh", player in self.served
        self.served.add(player)
        if self.batch is None or (again and not makes):
            self.batch = number
        if self.latent is None or again or not self.shared:
            self.latent, self.fakes = number, None
        if self.pieces > 1:  # each piece brings its own, and takes them away again
            self.fakes, self.graph = number, makes
        elif self.fakes is None or (makes and not self.graph):
            self.fakes, self.graph = number, makes or self.shared
        new_batch, new_latent, new_fakes = (x == number for x in (self.batch, self.latent, self.fakes))
        turn = Turn(player, new_batch, new_latent, new_fakes, self.graph)
        if self.pieces > 1:
            self.fakes = None
        if makes and not self.simultaneous:
            self.graph = False
        return turn


@pytest.mark.parametrize("pieces", [1, 2])
def test_every_order_of_up_to_five_turns(pieces):
    game, count = Game(), 0
    for length in range(1, 6):
        for players in product("cdgh", repeat=length):
            for fresh, simultaneous in product([False, True], repeat=2):
                table = Table(not fresh, simultaneous, pieces)
                expected = tuple(table.deal(number, player) for number, player in enumerate(players))
                settings = {"fresh_latent": fresh, "simultaneous": simultaneous, "pieces": pieces}
                assert schedule(game, players, **settings) == expected, (players, settings)
                assert batches_drawn(game, players) == sum(turn.new_batch for turn in expected)
                count += 1
    assert count == 4 * (4 + 4**2 + 4**3 + 4**4 + 4**5)


def test_a_generating_player_that_reads_gets_a_batch_for_each_turn():
    game = Game()
    game.reads = lambda player: True
    assert batches_drawn(game, ("g", "g", "g")) == 3
    game.reads = lambda player: False
    assert batches_drawn(game, ("d", "d", "d")) == 1


def test_what_a_step_draws_is_that_of_the_longer_stage():
    """A step of the first stage takes one batch, one of the last three: d's first turn shares g's."""
    game = Game()
    game.turns = lambda progress: ("c",) if progress.stage < 0.5 else ("g", "d", "d", "d")
    assert longest(game).fraction == 1
    assert images_drawn(Experiment(game, {}, batch=10)) == 30
    game.turns = lambda progress: ("c", "c") if progress.stage < 0.5 else ("d",)
    assert images_drawn(Experiment(game, {}, batch=10)) == 20
