"""The parts of SeqGAN that have a closed form."""

import pytest
import torch
from torch import nn

from saddlepoint.core.protocol import Batch, Progress
from saddlepoint.runs.prepare import prepare


@pytest.fixture
def family():
    torch.manual_seed(0)
    flags = {"filters": 0.02, "rollouts": 64}
    return prepare("seq_gan", "oracle:6", flags=flags).experiment.family


def test_stages_follow_each_other(family):
    def turns(fraction):
        return family.turns(Progress(0, 0, 0.0, fraction))

    assert turns(0.0) == turns(0.39) == ("mle",)
    assert turns(0.41) == ("d",)
    assert turns(0.46) == turns(1.0) == ("g", *("d",) * 5)


def test_a_finished_sequence_is_worth_what_the_critic_says(family):
    family.eval()
    tokens = torch.randint(0, 6, (5, 20))
    worth = family.worth(tokens)
    assert worth.shape == (5, 20)
    assert torch.allclose(worth[:, -1], family.critic(tokens).score.sigmoid())


def test_a_beginning_is_worth_the_mean_over_its_endings(family):
    """With one place left, the mean over all words by their probability under the roll-out network."""
    family.eval()
    family.rollouts = 800
    tokens = torch.randint(0, 6, (3, 20))
    chance = family.rollout(tokens)[:, -1].softmax(1)
    endings = torch.stack([torch.cat([tokens[:, :-1], torch.full((3, 1), word)], 1) for word in range(6)], 1)
    score = family.critic(endings.flatten(0, 1)).score.sigmoid().view(3, 6)
    found = family.worth(tokens)[:, -2]
    deviation = ((chance * score**2).sum(1) - (chance * score).sum(1) ** 2).clamp_min(1e-12).sqrt()
    assert ((found - (chance * score).sum(1)).abs() < 4.5 * deviation / 800**0.5 + 1e-6).all()


def test_the_policy_gradient_is_that_of_the_expected_reward(family):
    """For sequences of one token the expectation over all words is known, and so is its gradient."""
    family.eval()
    logits = torch.randn(6, dtype=torch.float64, requires_grad=True)
    reward = torch.rand(6, dtype=torch.float64)
    (exact,) = torch.autograd.grad(-(logits.softmax(0) * reward).sum(), logits)
    words = torch.arange(6)
    chance = logits.detach().softmax(0)
    baseline = (chance * reward).sum()
    surprise = -logits.log_softmax(0)[words]
    (ours,) = torch.autograd.grad((chance * (reward - baseline) * surprise).sum(), logits)
    assert torch.allclose(ours, exact, atol=1e-12)


def test_without_a_baseline_all_that_was_drawn_is_made_likelier(family):
    """A reward that is the same for all has no gradient with a baseline, and that of likelihood without."""
    family.eval()
    nn.init.zeros_(family.critic.score.weight)
    nn.init.constant_(family.critic.score.bias, -1.0)
    fake, batch = torch.randint(0, 6, (4, 20)), Batch(torch.randint(0, 6, (4, 20)))
    surprise, reward = family.generator.surprise(fake).mean().item(), torch.tensor(-1.0).sigmoid().item()
    for baseline, expected in ((True, 0.0), (False, reward * surprise)):
        family.baseline = baseline
        terms = family.terms("g", batch, None, fake)
        assert terms.minimise["policy"].item() == pytest.approx(expected, rel=1e-4, abs=1e-6)
        assert terms.watch["reward"].item() == pytest.approx(reward)


def test_the_rollout_network_follows(family):
    before = [p.clone() for p in family.rollout.parameters()]
    with torch.no_grad():
        for p in family.generator.parameters():
            p += 1
    family.after(Progress(0, 0, 0.0, 0.9))
    for now, was, its in zip(family.rollout.parameters(), before, family.generator.parameters(), strict=True):
        assert torch.allclose(now, 0.8 * was + 0.2 * its)
    family.after(Progress(0, 0, 0.0, 0.1))
    assert all(map(torch.equal, family.rollout.parameters(), family.generator.parameters()))


def test_only_the_policy_moves_the_generator(family):
    batch = Batch(torch.randint(0, 6, (4, 20)))
    fake = family.generate(torch.rand(4, 20))
    d = family.terms("d", batch, None, fake).minimise["adversarial"]
    g = family.terms("g", batch, None, fake).minimise["policy"]
    assert all(
        x is None for x in torch.autograd.grad(d, list(family.generator.parameters()), allow_unused=True)
    )
    assert any(
        x is not None for x in torch.autograd.grad(g, list(family.generator.parameters()), allow_unused=True)
    )


def test_rewards_have_no_noise_of_dropout(family):
    tokens = torch.randint(0, 6, (5, 20))
    family.train()
    ends = [family.worth(tokens)[:, -1] for _ in range(2)]
    assert family.critic.training
    assert torch.equal(*ends)
    assert not torch.equal(*(family.critic(tokens).score for _ in range(2))), "its own turns have it"
