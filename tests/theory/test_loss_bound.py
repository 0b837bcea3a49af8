"""What a critic's loss proves about samples."""

import math

import pytest

from saddlepoint.theory import loss_bound


@pytest.mark.parametrize(("shift", "width"), [(0.0, 1.0), (1.5, 1.0), (4.0, 0.5)])
def test_the_optimal_critic_proves_all_of_the_divergence(shift, width):
    reading = loss_bound.bells(shift, width, 1.0)
    assert reading.proved == pytest.approx(reading.divergence, abs=1e-9)


@pytest.mark.parametrize("confidence", [0.0, 0.3, 0.9, 1.1, 3.0])
@pytest.mark.parametrize("shift", [0.5, 3.0])
def test_no_other_critic_proves_as_much(confidence, shift):
    reading = loss_bound.bells(shift, 1.0, confidence)
    assert 0 <= reading.proved < reading.divergence < math.log(2)


def test_a_blind_critic_reads_the_equilibrium_at_any_distance():
    for shift in (0.0, 4.0):
        reading = loss_bound.bells(shift, 1.0, 0.0)
        assert reading[:3] == pytest.approx((math.log(4), math.log(2), 0.0), abs=1e-9)


def test_equal_bells_have_no_divergence_and_far_ones_all_of_it():
    assert loss_bound.bells(0.0, 1.0, 1.0).divergence == pytest.approx(0.0, abs=1e-9)
    assert loss_bound.bells(6.0, 0.3, 1.0).divergence == pytest.approx(math.log(2), abs=1e-4)


def test_losses_are_sums_over_both_densities():
    """The optimal logit for a shift of 2 is 2 − 2x: N(2, 4) under the data, N(−2, 4) under samples."""
    from scipy import integrate, stats

    def mean(center, value):
        return integrate.quad(lambda s: stats.norm.pdf(s, center, 2) * value(s), -40, 40, limit=200)[0]

    half = mean(2, lambda s: math.log1p(math.exp(-s)))
    reading = loss_bound.bells(2.0, 1.0, 1.0)
    assert reading.critic == pytest.approx(2 * half, abs=1e-7)
    assert reading.generator == pytest.approx(mean(-2, lambda s: math.log1p(math.exp(-s))), abs=1e-7)


def test_what_a_loss_proves():
    assert loss_bound.proved(0.0) == pytest.approx(math.log(2))
    assert loss_bound.proved(math.log(4)) == loss_bound.proved(3.0) == 0
