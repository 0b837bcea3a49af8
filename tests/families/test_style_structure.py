"""Structure, style, and both together: who plays when, and what each is shown."""

import pytest
import torch
from torch.nn import functional as F

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import DataSpec, recipes
from saddlepoint.core.protocol import START, Batch
from saddlepoint.networks.surfaces import NormalEstimator, Painter

SIDE = 16


def family(**flags):
    torch.manual_seed(0)
    data = DataSpec("toy", "views", (2, SIDE, SIDE, 3), (), 40)
    return recipes.get("style_structure").build(data, width=4, **flags).family


@pytest.fixture
def batch():
    picture, normals = torch.rand(8, 3, SIDE, SIDE) * 2 - 1, torch.randn(8, 3, SIDE, SIDE)
    return Batch(torch.cat([picture, F.normalize(normals, dim=1)], 1))


def test_structure_comes_before_style_and_both_play_at_the_end():
    game = family(structure=0.5, joint=0.25)
    stages = {share: game.turns(START._replace(fraction=share)) for share in (0, 0.49, 0.5, 0.74, 0.75, 1)}
    assert stages[0] == stages[0.49] == ("dn", "gn")
    assert stages[0.5] == stages[0.74] == ("e", "dp", "gp")
    assert stages[0.75] == stages[1] == ("d", "g")
    assert game.turns(START._replace(fraction=0.1, reached=0.6)) == ("e", "dp", "gp")  # an extended run


def test_normals_have_unit_length_and_a_style_leaves_them_alone():
    game = family().eval()
    latent = game.latent(8, rng=torch.Generator().manual_seed(0))
    views = game.generate(latent)
    other = game.generate({**latent, "style": -latent["style"]})
    assert views.shape == (8, 6, SIDE, SIDE)
    assert (views[:, 3:].norm(dim=1) - 1).abs().max() < 1e-4
    assert torch.equal(views[:, 3:], other[:, 3:])
    assert not torch.equal(views[:, :3], other[:, :3])


def test_pictures_of_the_second_stage_are_of_real_normals(batch):
    game = family()
    latent = game.latent(8, rng=torch.Generator().manual_seed(0))
    assert torch.equal(game.fakes("gp", latent, batch)[:, 3:], batch.real[:, 3:])
    assert game.fakes("gn", latent, batch).shape == (8, 3, SIDE, SIDE)
    assert game.fakes("e", latent, batch) is None


def test_the_angle_is_weighted_and_the_estimator_learns_it_from_real_pictures_alone(batch):
    game = family(weight=0.5)
    game.estimator = torch.nn.Identity()  # sees the picture itself as normals
    same = torch.cat([batch.real[:, 3:]] * 2, 1)
    latent = game.latent(8, rng=torch.Generator().manual_seed(0))
    assert game.terms("e", Batch(same), latent, None).minimise["angle"].item() == pytest.approx(0, abs=1e-6)
    against = torch.cat([-batch.real[:, 3:], batch.real[:, 3:]], 1)
    assert game.terms("e", Batch(against), latent, None).minimise["angle"].item() == pytest.approx(2)
    assert game.terms("gp", batch, latent, against).minimise["angle"].item() == pytest.approx(0.5 * 2)


def test_the_joint_game_sums_both(batch):
    game = family().eval()
    latent = game.latent(8, rng=torch.Generator().manual_seed(0))
    fake = game.fakes("g", latent, batch)
    joint = game.terms("d", batch, latent, fake).minimise
    alone = game.terms("dn", batch, latent, fake[:, 3:]).minimise["adversarial"]
    style = game.terms("dp", batch, latent, fake).minimise["adversarial"]
    assert joint["structure"].item() == pytest.approx(alone.item())
    assert joint["style"].item() == pytest.approx(style.item())


@pytest.mark.parametrize("side", [16, 20, 32])
def test_networks_fit_any_multiple_of_four(side):
    normals = F.normalize(torch.randn(2, 3, side, side), dim=1)
    picture = Painter(side, latent=5, width=4)(normals, torch.randn(2, 5))
    assert picture.shape == (2, 3, side, side)
    assert (NormalEstimator(4)(picture).norm(dim=1) - 1).abs().max() < 1e-5


def test_other_sides_and_shares_are_refused():
    data = DataSpec("scenes-18", "views", (2, 18, 18, 3), (), 40)
    with pytest.raises(UserError, match=r"multiple of 4 pixels, and 'scenes-18' has 18; try --data scenes:16"):
        recipes.get("style_structure").build(data)
    with pytest.raises(UserError, match=r"--structure 0.9 and --joint 0.3 must be shares"):
        family(structure=0.9, joint=0.3)
