"""The normaliser of a machine, counted over either layer and estimated by annealing."""

from itertools import pairwise

import pytest
import torch

from saddlepoint.networks.boltzmann import COUNTABLE, Energy, temperatures


def machine(visible, hidden, scale=1.0, seed=0):
    torch.manual_seed(seed)
    energy = Energy(visible, hidden)
    with torch.no_grad():
        for parameter in energy.parameters():
            parameter.copy_(scale * torch.randn_like(parameter))
    return energy


def test_both_layers_count_the_same_states():
    energy = machine(7, 5)
    index = torch.arange(2**7)
    states = (index[:, None] >> torch.arange(7) & 1).double()
    expected = (-energy.double()(states)).logsumexp(0)
    torch.testing.assert_close(energy.counted(), expected)
    turned = Energy(5, 7).double()
    with torch.no_grad():
        turned.weight.copy_(energy.weight.T)
        turned.visible_bias.copy_(energy.hidden_bias)
        turned.hidden_bias.copy_(energy.visible_bias)
    torch.testing.assert_close(turned.counted(), expected)


def test_more_units_than_can_be_counted_are_refused():
    assert machine(30, COUNTABLE).counted() > 0
    with pytest.raises(ValueError, match="too many to count"):
        Energy(COUNTABLE + 1, COUNTABLE + 1).counted()


@pytest.mark.parametrize(("hidden", "scale"), [(4, 0.5), (12, 0.5), (12, 1.0)])
def test_annealing_finds_the_counted_normaliser(hidden, scale):
    """Within .05 nat, and within four of its own standard errors, which are not idle either."""
    energy = machine(30, hidden, scale)
    torch.manual_seed(1)
    log_z, error = energy.annealed(temperatures(1_000))
    gap = abs(log_z - energy.counted()).item()
    assert gap < 0.05
    assert gap < 4 * error
    assert 0 < error < 0.05


def test_without_temperatures_between_annealing_is_importance_sampling_and_its_error_says_so():
    torch.manual_seed(1)
    energy = machine(30, 12)
    assert energy.annealed([0.0, 1.0])[1] > 3 * energy.annealed(temperatures(300))[1]


def test_a_machine_without_weights_needs_no_annealing():
    """Its bits are independent, log Z = Σ log(1 + exp a) + Σ log(1 + exp b)."""
    energy = machine(6, 3)
    with torch.no_grad():
        energy.weight.zero_()
        energy.visible_bias.clamp_(-2, 2)
    expected = (energy.visible_bias.exp() + 1).log().sum() + (energy.hidden_bias.exp() + 1).log().sum()
    assert energy.counted().item() == pytest.approx(expected.item(), abs=1e-5)
    torch.manual_seed(0)
    assert energy.annealed(temperatures(200))[0].item() == pytest.approx(expected.item(), abs=0.05)


@pytest.mark.parametrize("count", [3, 50, 14_500])
def test_temperatures_rise_from_nothing_to_one(count):
    found = temperatures(count)
    assert len(found) == count + 1
    assert (found[0], found[-1]) == (0.0, 1.0)
    assert all(a < b for a, b in pairwise(found))
    if count == 14_500:
        assert sum(b < 0.5 for b in found) == 500
        assert sum(b < 0.9 for b in found) == 4_500
