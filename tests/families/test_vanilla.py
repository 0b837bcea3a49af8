"""What the one game of most families hands to its critic."""

import pytest
import torch
from torch import nn

from saddlepoint.core.protocol import Batch, Critique, Progress
from saddlepoint.families.vanilla import Vanilla, packed
from saddlepoint.networks.augment import Augment


class Spy(nn.Module):
    """A linear critic that remembers what it was shown."""

    def __init__(self, inputs):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(inputs))
        self.seen = []

    def forward(self, x):
        self.seen.append(x)
        return Critique(x.flatten(1) @ self.weight, x.flatten(1))


def family(critic, **settings):
    generator = nn.Sequential(nn.Linear(2, 3 * 16), nn.Unflatten(1, (3, 4, 4)))
    return Vanilla(generator, critic, latent=2, **settings)


def deal(n=8):
    torch.manual_seed(0)
    return Batch(torch.randn(n, 3, 4, 4)), torch.randn(n, 3, 4, 4)


def test_packing_joins_neighbours_along_the_channels():
    x = torch.arange(4 * 2 * 3 * 3.0).reshape(4, 2, 3, 3)
    y = packed(x, 2)
    assert y.shape == (2, 4, 3, 3)
    assert torch.equal(y[1], torch.cat([x[2], x[3]]))
    assert packed(x, 1) is x


def test_what_does_not_fill_a_pack_is_left_out():
    assert packed(torch.zeros(8, 2), 3).shape == (2, 6)


@pytest.mark.parametrize("player", ["d", "g"])
def test_packing_changes_nothing_but_the_critics_input(player):
    """The loss on packs is the plain loss of a critic that is given the packs."""
    batch, fake = deal()
    critic = Spy(2 * 48)
    packing = family(critic, pack=2, penalty=("r1",) if player == "d" else ())
    leaf = fake.clone().requires_grad_()
    real = Batch(batch.real.clone().requires_grad_())
    found = packing.terms(player, real, None, leaf)
    assert all(x.shape == (4, 6, 4, 4) for x in critic.seen)
    plain = family(Spy(2 * 48), penalty=("r1",) if player == "d" else ())
    joined = Batch(batch.real.reshape(4, 6, 4, 4).requires_grad_())
    expected = plain.terms(player, joined, None, fake.reshape(4, 6, 4, 4).requires_grad_())
    assert found.minimise.keys() == expected.minimise.keys()
    for name, value in expected.minimise.items():
        torch.testing.assert_close(found.minimise[name], value)


@pytest.mark.parametrize("player", ["d", "g"])
def test_the_critic_never_sees_an_image_that_is_not_augmented(player):
    """With translation, cutout and colour on both sides, in both turns."""
    batch, fake = deal()
    critic = Spy(48)
    seen = []
    augment = Augment("color,translation,cutout")
    augment.register_forward_hook(lambda module, inputs, output: seen.append((inputs[0], output)))
    game = family(critic, augment=augment, objective="relativistic")
    game.terms(player, batch, None, fake)
    assert len(critic.seen) == len(seen) == 2
    for shown, (_, changed) in zip(critic.seen, seen, strict=True):
        assert shown is changed
    originals = [inputs for inputs, _ in seen]
    assert any(original is batch.real for original in originals)
    assert any(original is fake for original in originals)


def test_gradients_reach_the_fakes_through_the_augmentation():
    batch, fake = deal()
    game = family(Spy(48), augment=Augment("color,translation"))
    leaf = fake.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(game.terms("g", batch, None, leaf).minimise["adversarial"], leaf)
    assert (gradient.flatten(1).abs().sum(1) > 0).all()


def test_an_adaptive_augmentation_is_saved_and_moves_once_a_step():
    batch, fake = deal()
    game = family(Spy(48), augment=Augment("color", target=0.0))
    assert game.augment is not None
    game.critic.weight.data.zero_()
    terms = game.terms("d", Batch(batch.real), None, fake)
    assert terms.watch["augmentation"].item() == 0
    game.augment.observe(torch.full((92,), 5.0))  # 8 zeros are noted already
    game.after(Progress(0, 0, 0.0, 0.0))
    assert game.state_dict()["augment.probability"].item() == pytest.approx(100 / 500_000)
