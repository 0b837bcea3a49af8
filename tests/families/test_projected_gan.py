"""A critic on maps of a network that names photographs: its heads, what moves, and who may judge it."""

from typing import Any

import pytest
import torch
import torch.nn.functional as F

import saddlepoint as sp
from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import DataSpec, recipes
from saddlepoint.core.protocol import Batch
from saddlepoint.networks.projected import CHANNELS, ProjectedCritic
from saddlepoint.scoring.scoring import score

COLOUR = DataSpec("toy", "images", (32, 32, 3), (), 40)


@pytest.fixture(scope="module")
def family():
    torch.manual_seed(0)
    family: Any = recipes.get("projected_gan").build(COLOUR, width=2, heads=4, augment="none").family
    family.critic.eval()  # the estimate of spectral norms stands still
    return family


def test_a_head_sees_each_map_and_the_score_is_their_mean(family):
    said = family.critic(torch.rand(3, 3, 32, 32))
    assert [logits.shape for logits in said.maps] == [(3, 1)] * len(CHANNELS)
    assert said.feature.shape == (3, 4)
    means = torch.stack([logits.double().mean(1) for logits in said.maps])
    torch.testing.assert_close(said.score.double(), means.mean(0))
    assert ProjectedCritic(64, width=4)(torch.rand(2, 1, 64, 64)).score.shape == (2,)  # grey, and larger


def test_scales_are_mixed_from_coarse_to_fine(family):
    """Each map, its channels mixed, is added to what the coarser ones became, mixed in turn (section 3.2)."""
    picture = torch.rand(2, 3, 32, 32)
    project = family.critic.project
    found = project(picture)
    became = None
    for level, seen in reversed(list(enumerate(project._photographs.maps(picture)))):
        x = project.across_channels[level](seen)
        if became is not None:
            x = x + F.interpolate(became, scale_factor=2, mode="bilinear")
        became = project.across_scales[level](x)
        torch.testing.assert_close(found[level], became / 10)
    assert [maps.shape[2] for maps in found] == [16, 8, 4, 2]


def test_each_head_has_a_hinge_of_its_own(family):
    real, fake = torch.rand(2, 4, 3, 32, 32)
    term = family.terms("d", Batch(real, None), None, fake).minimise["adversarial"]
    of_real, of_fake = (family.critic(x).maps for x in (real, fake))
    pairs = zip(of_real, of_fake, strict=True)
    hinges = [(1 - r.double()).clamp(min=0).mean() + (1 + f.double()).clamp(min=0).mean() for r, f in pairs]
    torch.testing.assert_close(term.double(), sum(hinges) / len(hinges), rtol=1e-4, atol=1e-5)


def test_gradients_reach_the_picture_and_nothing_that_photographs_taught_moves_or_is_stored(family):
    fake = torch.rand(2, 3, 32, 32, requires_grad=True)
    family.terms("g", Batch(fake.detach(), None), None, fake).minimise["adversarial"].backward()
    assert fake.grad is not None
    assert fake.grad.abs().max() > 0
    moved = {name for name, weight in family.critic.named_parameters() if weight.requires_grad}
    assert moved
    assert all(name.startswith("heads.") for name in moved)
    assert not any("photographs" in name for name in family.state_dict())


def test_it_is_not_judged_by_what_it_sees_through(tmp_path):
    run = sp.train(
        "projected_gan", "digits", steps=1, batch=4, width=2, heads=2, out=tmp_path / "run", quiet=True
    )
    with pytest.raises(UserError, match="trained to please encoder 'imagenet'"):
        score(run, encoder="imagenet", samples=20, quiet=True)
