"""Energy, gradient and chain of a machine small enough that all of its states can be counted."""

from itertools import product

import pytest
import torch

from saddlepoint.core.protocol import Batch
from saddlepoint.families.rbm import RBM, Energy

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
    fake = family.fakes("m", None, batch)
    assert torch.equal(fake, family.chain)
    assert not torch.equal(fake, before)
    family.sample(family.latent(6, rng=torch.Generator().manual_seed(0)))
    assert torch.equal(fake, family.chain)
    assert not fake.requires_grad
    assert set(family.terms("m", batch, None, fake).minimise) == {"likelihood"}
