"""Games small enough to play by hand, on the same engine."""

import numpy as np
import pytest

from saddlepoint.theory import games


def play(steps, **settings):
    path = games.played(games.TwoNumbers(lambda x, y: x * y), steps, **settings)
    return list(map(tuple, path.tolist()))


def test_alternating_updates_cycle_with_period_six():
    path = play(12, h=1.0, simultaneous=False)
    assert [y for _, y in path[:7]] == [1, 2, 1, -1, -2, -1, 1]
    assert [x for x, _ in path[:7]] == [1, -1, -2, -1, 1, 2, 1]
    assert path[6:] == path[:7]
    assert {x * x + x * y + y * y for x, y in path} == {3}


def test_simultaneous_updates_leave_by_the_square_root_of_two():
    path = play(6, h=1.0, simultaneous=True)
    assert path == [(1, 1), (0, 2), (-2, 2), (-4, 0), (-4, -4), (0, -8), (8, -8)]


def test_small_alternating_steps_stay_on_their_ellipse():
    h = 0.1
    for x, y in play(200, h=h, simultaneous=False):
        assert x * x + h * x * y + y * y == pytest.approx(2 + h, rel=1e-4)


@pytest.mark.parametrize("rule", ["simultaneous", "alternating"])
def test_the_engine_plays_the_same_rules(rule):
    ours = games.played(games.TwoNumbers(lambda x, y: x * y), 20, h=0.3, simultaneous=rule == "simultaneous")
    assert np.allclose(ours, games.path(rule, games.bilinear, (1.0, 1.0), 0.3, 20), atol=1e-5)


@pytest.mark.parametrize("rule", list(games.RULES))
@pytest.mark.parametrize("h", [0.1, 0.45, 0.9])
def test_the_factor_of_a_rule_is_that_of_its_path(rule, h):
    assert games.measured_modulus(rule, h) == pytest.approx(games.modulus(rule, h), abs=2e-4)


@pytest.mark.parametrize(("h", "factor"), [(0.1, 0.9949), (0.3, 0.9487), (0.5, 0.7071), (3**-0.5, 1.0)])
def test_optimism_helps_below_one_over_root_three(h, factor):
    assert games.modulus("optimistic", h) == pytest.approx(factor, abs=1e-4)


@pytest.mark.parametrize("gamma", [0.0, 0.3, 2.0])
@pytest.mark.parametrize("objective", ["minimax", "non_saturating"])
def test_a_dirac_gan_turns_and_falls_as_its_eigenvalues_say(gamma, objective):
    jacobian = games.jacobian(games.dirac(gamma, objective=objective), np.zeros(2))
    assert np.trace(jacobian) == pytest.approx(-gamma, abs=1e-8)
    assert np.linalg.det(jacobian) == pytest.approx(0.25, abs=1e-8)


@pytest.mark.parametrize(("theta", "psi"), [(0.7, 0.4), (-0.2, -1.6)])
def test_the_penalty_on_a_norm_holds_the_critic_at_it(theta, psi):
    field = games.dirac(0.3, objective="wasserstein", norm=1.0)
    down, up = field(np.array([theta, psi]))
    assert down == pytest.approx(psi, abs=1e-12)
    assert up == pytest.approx(-theta - 0.3 * (abs(psi) - 1) * np.sign(psi), abs=1e-12)


def test_a_slower_player_comes_nearer():
    equal, slow = (
        np.mean([games.two_time_scales(r, seed=s) for s in range(3)]) for r in ((0.01, 0.01), (1e-4, 0.01))
    )
    assert 5 < equal / slow < 50
