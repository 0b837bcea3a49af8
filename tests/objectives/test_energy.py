"""The pulling-away term and the margin, at values that are known exactly."""

import math

import pytest
import torch

from saddlepoint.objectives.energy import margin_loss, pulling_away


def test_pulling_away_is_1_for_identical_rows():
    code = torch.randn(1, 7, dtype=torch.float64).expand(5, 7)
    assert pulling_away(code).item() == pytest.approx(1, abs=1e-12)


def test_pulling_away_is_0_for_orthogonal_rows_of_any_length():
    basis = torch.linalg.qr(torch.randn(6, 6, dtype=torch.float64)).Q
    code = basis * torch.tensor([1e-3, 1, 2, 3, 4, 1e3], dtype=torch.float64)[:, None]
    assert pulling_away(code).item() == pytest.approx(0, abs=1e-12)


def test_pulling_away_is_1_for_both_signs_of_one_direction():
    """Without its square it would be −1/(n − 1)."""
    sign = torch.tensor([1.0, -1, 1, -1, 1, -1], dtype=torch.float64)
    code = sign[:, None] * torch.randn(1, 9, dtype=torch.float64)
    assert pulling_away(code).item() == pytest.approx(1, abs=1e-12)


def test_pulling_away_of_two_rows_is_their_squared_cosine():
    code = torch.tensor([[1.0, 0.0], [math.cos(0.3), math.sin(0.3)]], dtype=torch.float64)
    assert pulling_away(code).item() == pytest.approx(math.cos(0.3) ** 2, abs=1e-12)


def test_pulling_away_of_random_codes_is_one_over_their_dimension():
    torch.manual_seed(0)
    assert pulling_away(torch.randn(500, 40)).item() == pytest.approx(1 / 40, rel=0.02)


def test_pulling_away_of_a_dead_code_is_finite():
    code = torch.zeros(3, 4, requires_grad=True)
    (gradient,) = torch.autograd.grad(pulling_away(code), code)
    assert torch.isfinite(gradient).all()


def test_a_fake_beyond_the_margin_gets_no_gradient():
    fake = torch.tensor([0.5, 1.5, 3.0], dtype=torch.float64, requires_grad=True)
    real = torch.zeros(3, dtype=torch.float64)
    (gradient,) = torch.autograd.grad(margin_loss(real, fake, 1.0).sum(), fake)
    assert gradient.tolist() == [-1, 0, 0]


def test_the_margin_is_applied_to_each_sample_not_to_the_mean():
    real, fake = torch.tensor([1.0, 3.0]), torch.tensor([0.0, 4.0])
    assert margin_loss(real, fake, 2.0).tolist() == [3.0, 3.0]
    assert margin_loss(real, fake, 2.0).mean() != real.mean() + (2.0 - fake.mean()).relu()
