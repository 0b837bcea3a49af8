"""Penalties on critics whose gradient is known."""

import pytest
import torch

from saddlepoint.objectives import CriticPass, penalties

torch.manual_seed(0)
WEIGHT = torch.randn(6, dtype=torch.float64)


def critique(critic, n=5):
    real = torch.randn(n, 2, 3, dtype=torch.float64, requires_grad=True)
    fake = torch.randn(n, 2, 3, dtype=torch.float64, requires_grad=True)
    return CriticPass(critic, real, fake, critic(real), critic(fake))


def linear(x):
    return x.flatten(1) @ WEIGHT


def quadratic(x):
    return 0.5 * x.flatten(1).square().sum(1)  # gradient x


@pytest.mark.parametrize("name", ["r1", "r2"])
def test_r1_and_r2_of_a_linear_critic_are_half_gamma_times_its_squared_norm(name):
    value = penalties.get(name).value(critique(linear), 3.0)
    expected = torch.full((5,), 1.5 * WEIGHT.square().sum().item(), dtype=torch.float64)
    torch.testing.assert_close(value, expected)


def test_r1_looks_at_real_and_r2_at_generated_samples():
    seen = critique(quadratic)
    torch.testing.assert_close(penalties.get("r1").value(seen, 2.0), seen.real.flatten(1).square().sum(1))
    torch.testing.assert_close(penalties.get("r2").value(seen, 2.0), seen.fake.flatten(1).square().sum(1))


def test_gradient_penalty_is_zero_for_a_unit_norm_linear_critic():
    unit = WEIGHT / WEIGHT.norm()
    value = penalties.get("gradient_penalty").value(critique(lambda x: x.flatten(1) @ unit), 10.0)
    torch.testing.assert_close(value, torch.zeros(5, dtype=torch.float64), atol=1e-12, rtol=0)


def test_gradient_penalty_of_a_linear_critic():
    value = penalties.get("gradient_penalty").value(critique(linear), 10.0)
    expected = 10 * (WEIGHT.norm() - 1).square()
    torch.testing.assert_close(value, expected.expand(5))


def test_gradient_penalty_samples_between_real_and_fake():
    points = []

    def spy(x):
        points.append(x.detach())
        return linear(x)

    seen = critique(spy)
    points.clear()
    penalties.get("gradient_penalty").value(seen, 1.0)
    mix = (points[0] - seen.real) / (seen.fake - seen.real)
    assert ((mix >= 0) & (mix <= 1)).all()
    spread = mix.flatten(1)
    torch.testing.assert_close(spread, spread[:, :1].expand_as(spread))  # one number a sample
    assert spread[:, 0].std() > 0.01


@pytest.mark.parametrize("name", penalties.names())
def test_a_penalty_is_differentiable_with_respect_to_the_critic(name):
    weight = WEIGHT.clone().requires_grad_()
    seen = critique(lambda x: torch.tanh(x.flatten(1) @ weight))
    (gradient,) = torch.autograd.grad(penalties.get(name).value(seen, 1.0).mean(), weight)
    assert torch.isfinite(gradient).all()
    assert gradient.abs().max() > 1e-4
