"""The best critic, its value, and a generator that meets it."""

import math

import numpy as np
import pytest
import torch

from saddlepoint.theory import line_game, optimal_critic
from saddlepoint.theory.divergences import bells, jensen_shannon


def random_pair(seed: int, atoms: int = 6):
    rng = torch.Generator().manual_seed(seed)
    return [torch.randn(atoms, generator=rng, dtype=torch.float64).log_softmax(0) for _ in range(2)]


@pytest.mark.parametrize("seed", range(3))
def test_a_critic_that_climbs_arrives_at_the_ratio(seed):
    p, q = random_pair(seed)
    *_, logit = optimal_critic.ascended(p, q, 800)
    assert torch.allclose(logit.sigmoid(), p.exp() / (p.exp() + q.exp()), atol=1e-6)
    best = optimal_critic.value(p - q, p, q).item()
    assert best == pytest.approx(-math.log(4) + 2 * jensen_shannon(p, q).item(), abs=1e-12)
    assert optimal_critic.cost(p, q).item() == pytest.approx(best, abs=1e-12)
    for change in (-0.01, 0.01):
        assert optimal_critic.value(p - q + change, p, q).item() < best


def test_value_of_a_critic_that_knows_nothing():
    p, q = random_pair(0)
    assert optimal_critic.value(torch.zeros_like(p), p, q).item() == pytest.approx(-math.log(4), abs=1e-12)


def test_cost_is_between_minus_log_4_and_0():
    grid = torch.linspace(-20, 20, 401, dtype=torch.float64)
    p, far = bells(grid, -10.0), bells(grid, 10.0)
    assert optimal_critic.cost(p, p).item() == pytest.approx(-math.log(4), abs=1e-12)
    assert optimal_critic.cost(p, far).item() == pytest.approx(0, abs=1e-12)


def test_the_line_between_two_gaussians():
    found = np.array([optimal_critic.learned_line(2.0, 20_000, seed) for seed in range(8)])
    error = np.array(optimal_critic.line_errors(2.0, 20_000))
    assert np.abs(found.mean(0) - (-2, 2)).max() < 5 * error.max() / 8**0.5
    assert np.all(found.std(0) < 2 * error)
    assert np.all(found.std(0) > error / 3)


def test_errors_of_the_line_where_nothing_is_to_be_told():
    # p = q = N(0, 1) and D = ½: the information is a quarter of E x² + E x² = 2 and of 1 + 1.
    assert optimal_critic.line_errors(0.0, 100) == pytest.approx((0.1 * 2**0.5, 0.1 * 2**0.5), rel=1e-9)


def test_a_fixed_critic_sends_the_generator_past_the_data():
    fixed, renewed = (
        optimal_critic.generator_path("minimax", 1.0, 60, rate=0.2, renewed=renewed)
        for renewed in (False, True)
    )
    assert fixed[-1] < -3
    assert np.all(np.diff(fixed) < 0)
    assert renewed[-1] == pytest.approx(0, abs=0.05)
    # At μ = 1 the first step of both is −rate·∇2·JSD(N(0, 1)‖N(μ, 1)) = −rate·μ·E σ(μ²/2 − μx).
    x = np.random.default_rng(0).standard_normal(400_000) + 1
    slope = np.mean(1 / (1 + np.exp(x - 0.5)))
    assert fixed[1] == renewed[1] == pytest.approx(1 - 0.2 * slope, abs=1e-3)


def test_masses_are_those_of_the_map():
    made = 2 * line_game.Z.numpy()
    q = line_game.masses(made)
    inside = line_game.X.abs() < 2
    assert q.sum().item() == pytest.approx(1, abs=1e-12)
    assert torch.allclose(q[inside], torch.full_like(q[inside], line_game.CELL / 4), atol=1e-12)
    assert q[~inside].sum().item() == pytest.approx(0, abs=1e-12)
    assert torch.allclose(line_game.masses(-made), q, atol=1e-12)


def test_no_critic_is_better_than_the_best():
    p, _ = random_pair(0)
    for seed in range(3):
        logit = torch.randn(len(p), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
        assert optimal_critic.value(logit, p, p).item() < -optimal_critic.LOG4


def test_a_critic_that_learns_alone_nears_the_best_one():
    game = line_game.LineGame(0)
    first = game.moment()
    game.play(60, ("d",))
    last = game.moment()
    assert np.array_equal(last.made, first.made)
    assert first.divergence == last.divergence > 0.6
    best = -optimal_critic.LOG4 + 2 * last.divergence
    assert first.value < best - 1 < best - 0.1 < last.value < best
    assert 0 < game.pull("minimax") < game.pull("non_saturating") / 4
