"""Information that is known exactly, and the bound below it."""

import math

import pytest
import torch

from saddlepoint.theory import information
from saddlepoint.theory.divergences import bells, jensen_shannon


@pytest.mark.parametrize(("codes", "error"), [(2, 0.1), (10, 0.05), (4, 0.75)])
def test_a_symmetric_channel(codes, error):
    noise = -error * math.log(error) - (1 - error) * math.log(1 - error)
    exact = math.log(codes) - noise - error * math.log(codes - 1)
    joint = information.channel(codes, error)
    assert information.mutual_information(joint).item() == pytest.approx(exact, abs=1e-12)
    posterior = joint.log_softmax(0).T
    assert information.bound(joint, posterior).item() == pytest.approx(exact, abs=1e-12)
    assert information.bound(joint, torch.zeros_like(posterior)).item() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("noise", [0.5, 1.0, 2.0])
def test_a_normal_code(noise):
    found = information.mutual_information(information.normal_code(noise)).item()
    assert found == pytest.approx(0.5 * math.log(1 + noise**-2), abs=1e-6)


def test_the_bound_misses_what_the_recogniser_misses():
    joint = information.bells_of_codes(torch.tensor(information.CENTRES), 0.8)
    rng = torch.Generator().manual_seed(0)
    logits = torch.randn(joint.shape[1], joint.shape[0], generator=rng, dtype=torch.float64)
    missed = information.mutual_information(joint) - information.bound(joint, logits)
    assert missed.item() == pytest.approx(information.gap(joint, logits).item(), abs=1e-12)
    assert missed.item() > 0.1


def test_a_normal_recogniser_never_quite_reads_a_uniform_code():
    exact, reached = information.uniform_code(0.05)
    assert exact == pytest.approx(math.log(2) - 0.5 * math.log(2 * math.pi * math.e * 0.05**2), abs=0.06)
    assert 0 < exact - reached < 0.05
    exact, reached = information.uniform_code(50.0)
    assert exact == pytest.approx(1 / 3 / 50**2 / 2, rel=0.01)  # ½·log(1 + Var c/σ²), nearly
    assert reached == pytest.approx(math.log(2) - 0.5 * math.log(2 * math.pi * math.e / 3), abs=1e-3)


def test_the_coin_of_a_gan_is_a_code():
    p, q = (bells(information.X, centre) for centre in (0.0, 1.5))
    joint = torch.stack([p, q]) - math.log(2)
    assert information.mutual_information(joint).item() == pytest.approx(jensen_shannon(p, q).item(), abs=1e-12)


def test_a_recogniser_learns_and_a_generator_serves_it():
    game = information.CodeGame(0, 0.8)
    first = game.reading()
    game.play(60, ("q",))
    second = game.reading()
    assert torch.equal(first.joint, second.joint)
    assert first.bound < second.bound < second.information == first.information
    game.play(30, ("q", "g"))
    third = game.reading()
    assert second.information + 0.05 < third.information < math.log(4)
    assert third.bound < third.information
