"""Energy, gradient and chain of a machine small enough that all of its states can be counted."""

from itertools import product
from typing import Any

import pytest
import torch

from saddlepoint.core.experiment import DataSpec, recipes
from saddlepoint.core.protocol import Batch
from saddlepoint.families.rbm import RBM
from saddlepoint.networks.boltzmann import Energy

VISIBLE, HIDDEN = 4, 3
STATES = torch.tensor(list(product([0.0, 1.0], repeat=VISIBLE)), dtype=torch.float64)
HIDDEN_STATES = torch.tensor(list(product([0.0, 1.0], repeat=HIDDEN)), dtype=torch.float64)


@pytest.fixture
def energy():
    torch.manual_seed(0)
    energy = Energy(VISIBLE, HIDDEN).double()
    with torch.no_grad():
        for parameter in energy.parameters():
            parameter.copy_(torch.randn_like(parameter))
    return energy


def test_the_free_energy_sums_over_hidden_states(energy):
    a, b, w = energy.visible_bias, energy.hidden_bias, energy.weight
    joint = STATES @ a[:, None] + HIDDEN_STATES @ b + STATES @ w @ HIDDEN_STATES.T  # −E(v, h)
    torch.testing.assert_close(energy(STATES), -joint.logsumexp(1))
    expected = joint.softmax(1) @ HIDDEN_STATES
    torch.testing.assert_close(energy.chances_of_hidden(STATES), expected)


def test_the_term_has_the_gradient_of_the_likelihood(energy):
    """With the model's own states in the chain's place, weighted by their chances."""
    bits = STATES[[3, 5, 5, 9]]
    exact = energy(bits).mean() + (-energy(STATES)).logsumexp(0)  # −E log p(v)
    chances = (-energy(STATES)).softmax(0).detach()
    term = energy(bits).mean() - (chances * energy(STATES)).sum()
    parameters = list(energy.parameters())
    for one, other in zip(
        torch.autograd.grad(exact, parameters), torch.autograd.grad(term, parameters), strict=True
    ):
        torch.testing.assert_close(one, other)


def test_a_turn_of_gibbs_sampling_leaves_the_model_as_it_is(energy):
    """Its transition matrix, counted exactly, maps p(v) to p(v)."""
    model = (-energy(STATES)).softmax(0)
    hidden = energy.chances_of_hidden(STATES)
    h_given_v = chances_of(HIDDEN_STATES, hidden)
    visible = energy.chances_of_visible(HIDDEN_STATES)
    v_given_h = chances_of(STATES, visible)
    torch.testing.assert_close(model @ h_given_v @ v_given_h, model)


def chances_of(states, chances):
    """Return the chance of each state of independent bits, of shape (len(chances), len(states))."""
    return (states * chances[:, None] + (1 - states) * (1 - chances[:, None])).prod(2)


def test_the_chain_draws_from_the_model(energy):
    torch.manual_seed(1)
    states, chances = energy.gibbs(torch.zeros(20_000, VISIBLE, dtype=torch.float64), 30)
    counts = torch.zeros(16)
    index = (states @ torch.tensor([8.0, 4.0, 2.0, 1.0], dtype=torch.float64)).long()
    counts.index_add_(0, index, torch.ones(len(index)))
    distance = 0.5 * (counts / len(index) - (-energy(STATES)).softmax(0).float()).abs().sum()
    assert distance < 0.02  # about 0.01 for draws of the model itself
    assert ((chances > 0) & (chances < 1)).all()


def test_chains_go_on_from_step_to_step_and_samples_do_not_move_them(energy):
    family = RBM(energy.float(), (1, 2, 2), chains=5, gibbs=1, burn_in=3)
    before = family.chain.clone()
    batch = Batch(torch.rand(4, 1, 2, 2))
    bits, states = family.fakes("m", None, batch)
    assert torch.equal(states, family.chain)
    assert not torch.equal(states, before)
    family.sample(family.latent(6, rng=torch.Generator().manual_seed(0)))
    assert torch.equal(states, family.chain)
    assert not states.requires_grad
    assert bits.shape == (4, 4)
    assert set(family.terms("m", batch, None, (bits, states)).minimise) == {"likelihood"}


def test_without_persistence_chains_start_from_the_batch(energy):
    """A chain that hardly mixes stays where it began: at the bits of the batch."""
    with torch.no_grad():
        energy.visible_bias.copy_(torch.tensor([-60.0, -60.0, -60.0, -60.0]))
        energy.hidden_bias.fill_(-60.0)
        energy.weight.copy_(120.0 * torch.eye(4, 3))  # a hidden unit that is on keeps its pixel on
    family = RBM(energy.float(), (1, 2, 2), chains=None, gibbs=3, burn_in=3)
    assert "chain" not in dict(family.named_buffers())
    x = torch.tensor([[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 0.0]]).view(2, 1, 2, 2)
    bits, states = family.fakes("m", None, Batch(x))
    assert torch.equal(bits, x.flatten(1))
    assert torch.equal(states, bits)
    assert family.latent(3, rng=torch.Generator().manual_seed(0)).shape == (3, 4)


def test_the_likelihood_of_bits_sums_to_one(energy):
    family = RBM(energy.float(), (1, 2, 2), chains=None, gibbs=1, burn_in=1)
    density = family.density()
    assert (density.bound, density.error) == (False, 0.0)
    nats = density.log(STATES.float().view(-1, 1, 2, 2))
    assert nats.exp().sum().item() == pytest.approx(1, abs=1e-5)


def test_a_reconstruction_is_one_turn_in_expectation(energy):
    family = RBM(energy.float(), (1, 2, 2), chains=None, gibbs=1, burn_in=1)
    x = torch.rand(3, 1, 2, 2)
    hidden = torch.sigmoid(energy.hidden_bias + x.flatten(1) @ energy.weight)
    expected = torch.sigmoid(energy.visible_bias + hidden @ energy.weight.T).view(3, 1, 2, 2)
    torch.testing.assert_close(family.reconstruct(x), expected)


def test_the_marginals_are_right_from_the_start():
    mean = torch.rand(8, 8, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    mean[0, :2] = torch.tensor([[0.0], [1.0]])  # a bit that never changed may yet
    data = DataSpec("toy", "images", (8, 8, 3), (), 40, mean=mean.numpy)
    energy: Any = recipes.get("rbm").build(data, hidden=3).family.get_submodule("energy")
    with torch.no_grad():
        energy.weight.zero_()
    expected = mean.clamp(0.01, 0.99).permute(2, 0, 1).flatten().float()
    torch.testing.assert_close(energy.chances_of_visible(torch.ones(1, 3))[0], expected)


def test_both_ways_of_training_raise_the_likelihood_of_a_pattern():
    data = DataSpec("toy", "images", (2, 2, 1), (), 40)
    x = torch.tensor([[1.0, 0.0, 0.0, 1.0]]).expand(50, 4).reshape(50, 1, 2, 2)
    for persistent in (True, False):
        torch.manual_seed(0)
        family: Any = recipes.get("rbm").build(data, hidden=3, persistent=persistent).family
        optimizer = torch.optim.SGD(family.parameters(), lr=0.5)
        for _ in range(60):
            terms = family.terms("m", Batch(x), None, family.fakes("m", None, Batch(x)))
            optimizer.zero_grad()
            terms.minimise["likelihood"].backward()
            optimizer.step()
        nats = family.density().log(x[:1]).item()
        assert -0.7 < nats < 0  # log 1/16 = −2.77 at the start
