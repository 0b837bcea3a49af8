"""The bound on mutual information where its value is known."""

import math

import pytest
import torch

from saddlepoint.objectives.information import (
    categorical_information,
    shared_information,
    uniform_information,
)


def test_a_perfect_recogniser_reaches_ln_10():
    code = torch.arange(10).repeat(3)
    logits = torch.nn.functional.one_hot(code, 10).double() * 1e3
    assert categorical_information(logits, code).tolist() == pytest.approx([math.log(10)] * 30, abs=1e-12)


def test_a_recogniser_that_knows_nothing_has_0():
    code = torch.randint(10, (20,))
    value = categorical_information(torch.full((20, 10), 0.7, dtype=torch.float64), code)
    assert value.tolist() == pytest.approx([0.0] * 20, abs=1e-12)


def test_a_wrong_recogniser_is_below_0():
    assert categorical_information(torch.tensor([[9.0, 0.0]]), torch.tensor([1])).item() < 0


def test_a_gaussian_recogniser_of_the_codes_own_deviation_is_below_0():
    """No Gaussian says as little as the uniform density itself, ln 2 below it in mean."""
    torch.manual_seed(0)
    code = torch.rand(200_000, dtype=torch.float64) * 2 - 1
    deviation = torch.full_like(code, -0.5 * math.log(3))
    value = uniform_information(torch.zeros_like(code), deviation, code).mean().item()
    expected = math.log(2) - 0.5 - 0.5 * math.log(2 * math.pi / 3)
    assert value == pytest.approx(expected, abs=5e-3)
    assert value < 0


def test_a_sharp_right_recogniser_is_worth_the_logarithm_of_its_precision():
    code = torch.tensor([0.3], dtype=torch.float64)
    deviation = torch.tensor([math.log(0.01)], dtype=torch.float64)
    expected = math.log(2) - math.log(0.01) - 0.5 * math.log(2 * math.pi)
    assert uniform_information(code, deviation, code).item() == pytest.approx(expected, abs=1e-12)


def read(one, other):
    return tuple(value.item() for value in shared_information(one, other))


def test_views_that_agree_share_the_entropy_of_the_codes():
    code = torch.nn.functional.one_hot(torch.arange(10).repeat(4), 10).double()
    assert read(code, code) == pytest.approx((math.log(10), math.log(10)), abs=1e-12)
    two = torch.nn.functional.one_hot(torch.tensor([0, 0, 0, 1]), 10).double()
    entropy = -0.75 * math.log(0.75) - 0.25 * math.log(0.25)
    assert read(two, two) == pytest.approx((entropy, entropy), abs=1e-12)


def test_views_that_know_nothing_of_each_other_share_nothing():
    first, second = torch.cartesian_prod(torch.arange(5), torch.arange(5)).unbind(1)
    one, other = (torch.nn.functional.one_hot(code, 5).double() for code in (first, second))
    assert read(one, other) == pytest.approx((0, math.log(5)), abs=1e-12)
    assert read(one, torch.full_like(one, 0.2)) == pytest.approx((0, math.log(5)), abs=1e-12)


def test_shared_information_is_that_of_the_symmetric_joint_distribution():
    torch.manual_seed(0)
    one, other = (torch.randn(50, 4, dtype=torch.float64).mul(3).softmax(1) for _ in range(2))
    joint = (
        torch.stack([torch.outer(p, q) + torch.outer(q, p) for p, q in zip(one, other, strict=True)]).sum(0)
        / 100
    )
    product = torch.outer(joint.sum(1), joint.sum(0))
    expected = torch.nn.functional.kl_div(product.log(), joint, reduction="sum")
    entropy = -(joint.sum(0) * joint.sum(0).log()).sum()
    assert read(one, other) == pytest.approx((expected.item(), entropy.item()), abs=1e-12)


def test_the_slope_of_shared_information_is_finite_where_views_are_sure():
    logits = torch.tensor([[900.0, 0.0, 0.0], [0.0, 900.0, 0.0]], requires_grad=True)
    information, entropy = shared_information(logits.softmax(1), logits.softmax(1))
    (information + entropy).backward()
    assert logits.grad is not None
    assert logits.grad.isfinite().all()
