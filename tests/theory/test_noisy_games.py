"""The bilinear game of single examples, against its mean field and what is known of the rules."""

import numpy as np
import pytest

from saddlepoint.theory.noisy_games import (
    AHEAD,
    ALPHA,
    RATE,
    NoisyGame,
    distances,
    extragradient,
    lookahead,
    simultaneous,
)


def mean_field(game, z):
    theta, phi = np.split(z - game.saddle, 2)
    return np.concatenate([-phi, theta]) / game.size


@pytest.mark.parametrize("seed", [0, 1])
def test_the_terms_average_to_a_turn_about_the_saddle(seed):
    game = NoisyGame(seed, 12)
    for z in (game.saddle, game.start):
        mean = np.mean([game.velocity(z, i) for i in range(game.size)], axis=0)
        np.testing.assert_allclose(mean, mean_field(game, z), atol=1e-14)


def test_each_rule_follows_its_formula():
    game, twin = NoisyGame(3, 7), NoisyGame(3, 7)
    z = game.start
    i, j = (int(twin.rng.integers(7)) for _ in range(2))
    assert np.array_equal(next(simultaneous(game, z)), z + RATE * twin.velocity(z, i))
    game = NoisyGame(3, 7)
    expected = z + RATE * twin.velocity(z + RATE * twin.velocity(z, i), j)
    assert np.array_equal(next(extragradient(game, z)), expected)


def test_look_ahead_starts_again_between_slow_and_fast_weights():
    game, twin = NoisyGame(0, 5), NoisyGame(0, 5)
    slow = game.start
    moves, fast = lookahead(game, slow), simultaneous(twin, slow)
    for _ in range(AHEAD):
        reached = next(fast)
        assert np.array_equal(next(moves), reached)
    again = next(simultaneous(twin, slow + ALPHA * (reached - slow)))
    assert np.array_equal(next(moves), again)


def test_distances_begin_at_one_and_noise_carries_simultaneous_steps_away():
    curve = distances("simultaneous", 0, 40, size=50)
    assert curve.shape == (41,)
    assert curve[0] == 1
    assert 1.3 < curve[-1] < 3  # without noise (1 + 0.1² / 50²)^1000 = 1.002
