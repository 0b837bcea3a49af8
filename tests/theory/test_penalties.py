"""Penalties in one dimension, at values that are known exactly."""

import numpy as np
import pytest
import torch

from saddlepoint.objectives import penalties
from saddlepoint.theory import penalties as theory


@pytest.mark.parametrize("gamma", [0.3, 4.0])
@pytest.mark.parametrize(
    ("names", "slope"),
    [
        (("r1",), lambda gap, gamma: gap / gamma),
        (("r2",), lambda gap, gamma: gap / gamma),
        (("r1", "r2"), lambda gap, gamma: gap / 2 / gamma),
        (("gradient_penalty",), lambda gap, gamma: 1 + gap / 2 / gamma),
    ],
)
def test_a_linear_critic_keeps_the_slope_that_its_penalty_leaves(names, slope, gamma):
    found = theory.linear_slope([penalties.get(name) for name in names], gamma, 1.5)
    assert found == pytest.approx(slope(1.5, gamma), rel=1e-6)


@pytest.mark.parametrize("sigma", [0.01, 0.4, 2.0])
@pytest.mark.parametrize("x", [0.0, 0.7])
def test_the_mean_difference_of_a_sine_is_its_integral(sigma, x):
    e = np.linspace(-9, 9, 20_001)
    weight = np.exp(-(e**2) / 2)
    mean = (np.sin(3 * (x + sigma * e)) - np.sin(3 * x)) ** 2 @ weight / weight.sum() / sigma**2
    assert theory.expected_difference(3.0, x, sigma) == pytest.approx(mean, rel=1e-6)


def test_differences_average_to_the_squared_gradient_of_a_line_in_any_dimension():
    torch.manual_seed(0)
    w = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    x = torch.randn(20_000, 3, dtype=torch.float64)
    draws = theory.difference(0.7).value(theory.passed(lambda at: at @ w, x, x[:1]), 2.0)
    error = draws.std().item() / len(draws) ** 0.5
    assert draws.mean().item() == pytest.approx(w.square().sum().item(), abs=5 * error)
    assert (draws.var() / draws.mean() ** 2).item() == pytest.approx(2, abs=0.4)


@pytest.mark.parametrize("where", ["r1", "r2", "both"])
def test_no_critic_does_better_than_eulers(where):
    bells, gamma = theory.Bells.apart(0.8), 0.6
    weight = {"r1": bells.real, "r2": bells.fake, "both": bells.real + bells.fake}[where]

    def loss(slope):
        critic = np.concatenate([[0.0], np.cumsum(slope) * bells.step])
        return (bells.fake - bells.real) @ critic + gamma / 2 * (slope**2 @ (weight[1:] + weight[:-1])) / 2

    best = bells.slopes(gamma)[where]
    assert loss(best) == pytest.approx(bells.least(gamma, where), rel=1e-9)
    bump = np.exp(-((bells.x[1:] - 0.5) ** 2))
    for size in (-0.1, 0.1):
        assert loss(best + size * bump) > loss(best) + 1e-4


def test_eulers_slope_is_the_difference_of_distribution_functions():
    bells = theory.Bells.apart(1.0)
    index = int(np.abs(bells.x - 0.5).argmin())  # between the bells, where p = q
    share = 2 * 0.1914624612740131  # of a bell within half a deviation
    density = np.exp(-0.125) / np.sqrt(2 * np.pi)
    assert bells.slopes(2.0)["both"][index] == pytest.approx(-share / (2 * 2 * density), rel=1e-3)


def test_small_differences_see_the_squared_slope():
    square, seen = theory.Bells.apart(1.0).differences(1.0, 0.05)
    middle = slice(600, -600)
    assert np.allclose(seen[middle], square[middle], rtol=2e-3)


def test_rounding_is_added_to_a_known_bias():
    sigmas = np.array([0.5, 0.01])
    bias = np.abs(2 * (1 - np.cos(2 * sigmas)) / (2 * sigmas) ** 2 - 1)
    assert np.allclose(theory.rounding(sigmas, torch.float64), bias, rtol=1e-6)
    assert theory.rounding(sigmas, torch.bfloat16)[1] > 100 * bias[1]


def test_differences_cost_half_of_what_a_turn_costs():
    critic = theory.mlp_critic((6,), (8, 8), activation=torch.nn.Tanh)
    games = {"none": [], "r1": [penalties.get("r1")], "differences": [theory.difference(0.1)]}
    found = theory.costs(critic, torch.randn(4, 6), torch.randn(4, 6), games, 1)
    assert found["differences"].work == pytest.approx(1.5, abs=1e-9)
    assert 1.5 < found["r1"].work < 2
    assert found["none"] == theory.Cost(1, 1)


def test_a_game_on_the_line_repeats_from_its_start():
    chosen = [(penalties.get("r1"), 0.3), (theory.difference(0.1), 0.3)]
    first, second = (theory.played(chosen, 4, 3, seed=1) for _ in range(2))
    assert np.array_equal(first.means, second.means)
    assert np.array_equal(first.critics, second.critics)
    assert first.means[0] == theory.START
    assert first.steps.tolist() == [0, 2, 4]
    assert first.critics.shape == (3, len(theory.VIEW))
    assert first.swing == first.means[-2:].std()
