"""Every objective against a float64 NumPy evaluation of its formula in probabilities."""

import math

import numpy as np
import pytest
import torch

import saddlepoint as sp
from saddlepoint.core.errors import UserError
from saddlepoint.objectives import objectives

REAL = np.array([-3.0, -0.7, 0.0, 0.4, 2.5])
FAKE = np.array([1.1, -2.0, 0.0, 3.0, -0.3])


def sigmoid(s):
    return 1 / (1 + np.exp(-s))


CRITIC = {
    "minimax": lambda r, f: -np.log(sigmoid(r)) - np.log(1 - sigmoid(f)),
    "non_saturating": lambda r, f: -np.log(sigmoid(r)) - np.log(1 - sigmoid(f)),
    "combined": lambda r, f: -np.log(sigmoid(r)) - np.log(1 - sigmoid(f)),
    "least_squares": lambda r, f: 0.5 * (r - 1) ** 2 + 0.5 * f**2,
    "hinge": lambda r, f: np.maximum(0, 1 - r) + np.maximum(0, 1 + f),
    "wasserstein": lambda r, f: f - r,
    "relativistic": lambda r, f: -np.log(sigmoid(r - f)),
}
GENERATOR = {
    "minimax": lambda r, f: np.log(1 - sigmoid(f)),
    "non_saturating": lambda r, f: -np.log(sigmoid(f)),
    "combined": lambda r, f: -np.log(sigmoid(f) / (1 - sigmoid(f))),
    "least_squares": lambda r, f: 0.5 * (f - 1) ** 2,
    "hinge": lambda r, f: -f,
    "wasserstein": lambda r, f: -f,
    "relativistic": lambda r, f: -np.log(sigmoid(f - r)),
}


def test_the_table_is_complete():
    assert set(objectives.names()) == set(CRITIC) == set(GENERATOR)


@pytest.mark.parametrize("name", sorted(CRITIC))
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 1e-6)])
def test_losses_equal_their_formula(name, dtype, tolerance):
    objective = sp.objectives.get(name)
    real, fake = torch.tensor(REAL, dtype=dtype), torch.tensor(FAKE, dtype=dtype)
    for loss, formula in ((objective.critic, CRITIC), (objective.generator, GENERATOR)):
        value = loss(real, fake)
        assert value.shape == (5,)
        np.testing.assert_allclose(value.numpy(), formula[name](REAL, FAKE), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", sorted(CRITIC))
def test_losses_and_gradients_stay_finite_at_huge_logits(name):
    objective = sp.objectives.get(name)
    real = torch.tensor([-1e4, 1e4, -80.0, 80.0], requires_grad=True)
    fake = torch.tensor([1e4, -1e4, 80.0, -80.0], requires_grad=True)
    total = (objective.critic(real, fake) + objective.generator(real, fake)).sum()
    gradients = torch.autograd.grad(total, (real, fake), allow_unused=True)
    assert torch.isfinite(total)
    assert all(torch.isfinite(gradient).all() for gradient in gradients if gradient is not None)


def generator_gradient(name, logit):
    s = torch.tensor([logit], dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(sp.objectives.get(name).generator(torch.zeros(1), s).sum(), s)
    return gradient.item()


def test_gradients_of_the_three_generator_updates():
    for s in (-5.0, -1.0, 0.0, 2.0):
        assert generator_gradient("minimax", s) == pytest.approx(-sigmoid(s), abs=1e-12)
        assert generator_gradient("non_saturating", s) == pytest.approx(-(1 - sigmoid(s)), abs=1e-12)
        assert generator_gradient("combined", s) == pytest.approx(-1.0, abs=1e-12)
    # Early in training the critic is sure (s = -5): the card's ratios .0067 : .9933 : 1.
    assert abs(generator_gradient("minimax", -5.0)) == pytest.approx(0.0066929, abs=1e-7)


def test_combined_is_the_sum_of_minimax_and_non_saturating():
    real, fake = torch.tensor(REAL), torch.tensor(FAKE)
    parts = sum(sp.objectives.get(name).generator(real, fake) for name in ("minimax", "non_saturating"))
    torch.testing.assert_close(sp.objectives.get("combined").generator(real, fake), parts, rtol=0, atol=1e-12)


def test_relativistic_depends_on_the_difference_only():
    real, fake = torch.tensor(REAL), torch.tensor(FAKE)
    objective = sp.objectives.get("relativistic")
    for loss in (objective.critic, objective.generator):
        torch.testing.assert_close(loss(real + 7, fake + 7), loss(real, fake), rtol=0, atol=1e-12)
    assert objective.critic(real, real).mean().item() == pytest.approx(math.log(2), abs=1e-12)


@pytest.mark.parametrize("name", sorted(CRITIC))
def test_stated_equilibrium_is_the_loss_of_a_constant_critic(name):
    objective = sp.objectives.get(name)
    level, critic, generator = objective.equilibrium
    optimal = 0
    for constant in (-0.5, 0.0, 0.5):
        score = torch.full((4,), constant, dtype=torch.float64)
        lowest = objective.critic(score, score).mean().item()
        assert lowest >= critic - 1e-12
        if lowest > critic + 1e-12:
            continue
        optimal += 1
        if level is not None:
            assert objective.probability(score).mean().item() == pytest.approx(level, abs=1e-12)
        if generator is not None:
            assert objective.generator(score, score).mean().item() == pytest.approx(generator, abs=1e-12)
    assert optimal == (1 if level is not None else 3)


def test_the_level_between_real_and_fake_is_the_score_at_the_equilibrium():
    for name in CRITIC:
        objective = sp.objectives.get(name)
        if objective.level is not None and objective.equilibrium[0] is not None:
            score = torch.tensor(objective.level, dtype=torch.float64)
            assert objective.probability(score).item() == pytest.approx(objective.equilibrium[0], abs=1e-12)
        shifts = objective.critic(torch.tensor(0.3), torch.tensor(0.2))
        moved = objective.critic(torch.tensor(5.3), torch.tensor(5.2))
        assert torch.isclose(shifts, moved, atol=1e-5).item() is (objective.level is None)


def test_a_mistyped_name_is_answered_with_the_nearest():
    with pytest.raises(UserError, match="did you mean 'least_squares'"):
        sp.objectives.get("least_square")


def test_optimal_critic_reaches_the_divergence_of_the_paper():
    """max_D V = −log 4 + 2·JSD at D* = p/(p+q) (Goodfellow et al. 2014, theorem 1)."""
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet(np.ones(7)), rng.dirichlet(np.ones(7))
    logit = torch.zeros(7, dtype=torch.float64, requires_grad=True)
    weights_p, weights_q = torch.tensor(p), torch.tensor(q)
    critic = sp.objectives.get("minimax").critic
    huge = torch.full((7,), -1e3, dtype=torch.float64)

    def value():  # V = E_p log D + E_q log(1 − D), each part read off the critic's loss with the other at 0
        return -(weights_p * critic(logit, huge)).sum() - (weights_q * critic(-huge, logit)).sum()

    optimizer = torch.optim.LBFGS(
        [logit], max_iter=200, tolerance_grad=1e-13, tolerance_change=1e-16, line_search_fn="strong_wolfe"
    )

    def closure():
        optimizer.zero_grad()
        loss = -value()
        loss.backward()
        return loss

    optimizer.step(closure)
    np.testing.assert_allclose(torch.sigmoid(logit).detach().numpy(), p / (p + q), atol=1e-6)
    m = (p + q) / 2
    jsd = 0.5 * (p * np.log(p / m)).sum() + 0.5 * (q * np.log(q / m)).sum()
    assert value().item() == pytest.approx(-math.log(4) + 2 * jsd, abs=1e-8)
    assert -math.log(4) <= value().item() <= 0
