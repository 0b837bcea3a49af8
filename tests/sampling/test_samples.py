"""Sampling: image i of a seed is the same whatever n is, and sampling leaves no trace."""

import dataclasses

import pytest
import torch

from saddlepoint.core.experiment import DataSpec, recipes
from saddlepoint.sampling.average import Average
from saddlepoint.sampling.samples import draw_latents, render, sample

DATA = DataSpec("toy", "images", (8, 8, 1), (), 40)


def family():
    torch.manual_seed(0)
    return recipes.get("dcgan").build(DATA, width=8).family.train()


def test_sample_i_does_not_depend_on_n():
    game = family()
    many = sample(game, 150, seed=4)
    assert many.shape == (150, 1, 8, 8)
    for n in (1, 63, 64, 65, 149):
        assert torch.equal(sample(game, n, seed=4), many[:n])
    assert not torch.equal(sample(game, 64, seed=5), many[:64])
    assert not torch.equal(many[:64], many[64:128])


@pytest.mark.parametrize("n", [1, 64, 70])
def test_latents_drawn_and_rendered_are_the_samples(n):
    game = family()
    latents = draw_latents(game, n, seed=4)
    assert len(latents) == n
    assert torch.equal(render(game, latents), sample(game, n, seed=4))
    assert torch.equal(render(game, latents[n // 2 :]), sample(game, n, seed=4)[n // 2 :])


@pytest.mark.parametrize("n", [1, 10, 70])
def test_what_chains_draw_beside_their_latents_is_the_same_too(n):
    torch.manual_seed(0)
    game = recipes.get("rbm").build(DATA, hidden=64, burn_in=3).family
    many, latents = sample(game, 128, seed=4), draw_latents(game, n, seed=4)
    assert torch.equal(render(game, latents), many[:n])
    assert torch.equal(sample(game, n, seed=4), many[:n])
    again = latents[:1].repeat(64, 1)  # one start, 64 chains
    assert len(render(game, again).flatten(1).unique(dim=0)) == 64


def test_sampling_changes_nothing():
    game = family()
    average = Average(game, 0.9)
    game.get_submodule("generator.norm0").eval()  # a part that was not training stays so
    tensors = {name: tensor.clone() for name, tensor in game.state_dict().items()}
    modes = [module.training for module in game.modules()]
    random = torch.get_rng_state()
    sample(game, 10, seed=0, average=average)
    assert all(torch.equal(tensors[name], tensor) for name, tensor in game.state_dict().items())
    assert [module.training for module in game.modules()] == modes
    assert torch.equal(torch.get_rng_state(), random)


def test_the_average_follows_its_recursion_and_is_what_is_sampled():
    game = family()
    average = Average(game, 0.9)
    name = "generator.project.weight"
    weight = game.get_parameter(name)
    expected = weight.detach().clone()
    for step in range(1, 30):
        with torch.no_grad():
            weight.add_(0.01)
        average.update(step)
        decay = min(0.9, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * weight.detach()
    torch.testing.assert_close(average.tensors[name], expected)
    averaged = sample(game, 4, seed=0, average=average)
    assert not torch.equal(averaged, sample(game, 4, seed=0))
    with torch.no_grad():
        for key, tensor in average.tensors.items():
            live = dict(game.named_parameters()) | dict(game.named_buffers())
            live[key].copy_(tensor)
    assert torch.equal(averaged, sample(game, 4, seed=0))


def test_the_average_covers_the_generator_only():
    assert all(name.startswith("generator.") for name in Average(family(), 0.5).tensors)


def test_an_error_while_sampling_puts_the_weights_back():
    game = family()
    average = Average(game, 0.9)
    before = game.get_parameter("generator.project.weight").detach().clone()
    with torch.no_grad():
        average.tensors["generator.project.weight"].zero_()

    def broken(latent):
        raise ZeroDivisionError

    game.sample = broken
    with pytest.raises(ZeroDivisionError):
        sample(game, 4, seed=0, average=average)
    assert torch.equal(game.get_parameter("generator.project.weight"), before)
    assert game.training


def test_experiments_are_values():
    experiment = recipes.get("dcgan").build(DATA, width=8)
    with pytest.raises(dataclasses.FrozenInstanceError):
        experiment.batch = 3  # pyright: ignore[reportAttributeAccessIssue]
