"""Three rules of a generator, and what they descend on."""

import math

import pytest
import torch

from saddlepoint.theory import updates
from saddlepoint.theory.divergences import bells, kl


@pytest.mark.parametrize("seed", range(3))
def test_each_rule_follows_its_divergence(seed):
    errors = updates.gradient_errors(seed)
    assert set(errors) == set(updates.RULES)
    assert max(errors.values()) < 1e-7


def test_the_rules_are_told_apart():
    p = updates.two_modes()
    theta = torch.tensor([1.0, 0.5], dtype=torch.float64).requires_grad_()
    minimax, other, combined = (updates.descent(rule, p, theta, updates.gaussian) for rule in updates.RULES)
    assert torch.allclose(minimax + other, combined, atol=1e-12)
    assert (minimax - other).abs().max() > 0.1


def test_reverse_kl_takes_one_mode_and_jsd_both():
    centre, width = updates.best_fit("combined", 200)
    assert abs(centre) == pytest.approx(3, abs=0.05)
    assert width == pytest.approx(1, abs=0.05)
    centre, log_width = updates.fitted(["minimax"], (0.5, 1.0), 200)["minimax"][-1].tolist()
    assert centre == pytest.approx(0, abs=0.1)
    assert math.exp(log_width) > 2.5


def test_likelihood_matches_mean_and_variance():
    centre, log_width = updates.fitted(["likelihood"], (0.5, 1.0), 300)["likelihood"][-1].tolist()
    assert centre == pytest.approx(0, abs=0.01)
    assert math.exp(2 * log_width) == pytest.approx(10, abs=0.02)


def test_one_mode_costs_log_two():
    one = bells(updates.GRID, 3.0)
    overlap = 0.003850  # E log(1 + exp(−6x)) of x ~ N(3, 1), by quadrature
    assert kl(one, updates.two_modes()).item() == pytest.approx(math.log(2) - overlap, abs=1e-6)
