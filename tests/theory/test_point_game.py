"""A small GAN on points learns, repeats by its seed, and counts its losses as its objective does."""

import numpy as np
import pytest
import torch

from saddlepoint.theory.point_game import PointGame

POINTS = (np.random.default_rng(0).standard_normal((512, 2)) + 3).astype(np.float32)


def game(**settings):
    return PointGame(POINTS, seed=0, **settings)


def test_samples_come_to_the_data():
    one = game(rates=(1e-2, 1e-2))
    before = one.samples(256).mean()
    one.play(60, ("d", "g"))
    assert abs(one.samples(256).mean() - 3) < 1 < abs(before - 3)


def test_the_seed_repeats():
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    first, second = game(), game()
    for one in (first, second):
        one.play(3, ("d", "g"))
    assert np.array_equal(first.samples(10), second.samples(10))
    assert not np.array_equal(first.samples(10), PointGame(POINTS, seed=1).samples(10))
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), state)


def test_losses_are_those_of_the_scores():
    one, fake = game(), np.zeros((512, 2), np.float32)
    real, other = one.scores(POINTS).astype(float), one.scores(fake).astype(float)
    critic, generator = one.losses(POINTS, fake)
    assert critic == pytest.approx(np.log1p(np.exp(-real)).mean() + np.log1p(np.exp(other)).mean(), rel=1e-5)
    assert generator == pytest.approx(np.log1p(np.exp(-other)).mean(), rel=1e-5)


def test_packs_have_one_score():
    assert game(pack=4).scores(POINTS).shape == (128,)


def test_a_critic_without_hidden_layers_is_linear():
    one = game(hidden=())
    a, b, c = one.scores(np.array([[0.0, 0.0], [1.0, 2.0], [2.0, 4.0]]))
    assert c - b == pytest.approx(b - a, abs=1e-6)
