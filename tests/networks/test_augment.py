"""Augmentations: what they do to an image, and to a gradient."""

import pytest
import torch
import torch.nn.functional as F

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import DataSpec, recipes
from saddlepoint.networks.augment import (
    IMAGES,
    POLICIES,
    Augment,
    affine,
    brightness,
    chosen_augment,
    contrast,
    cutout,
    saturation,
    translation,
)

CHANGES = [change for changes in POLICIES.values() for change in changes]


@pytest.fixture
def images():
    torch.manual_seed(0)
    return torch.rand(64, 3, 16, 16, dtype=torch.float64) * 2 - 1


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_every_change_is_differentiable_twice(change, images):
    x = images[:3, :, :5, :5].clone().requires_grad_()

    def repeated(x):
        torch.manual_seed(1)
        return change(x)

    assert torch.autograd.gradcheck(repeated, (x,))
    assert torch.autograd.gradgradcheck(repeated, (x,))
    assert repeated(x).shape == x.shape


def test_brightness_adds_one_number_of_at_most_a_half(images):
    added = brightness(images) - images
    torch.testing.assert_close(added, added[:, :1, :1, :1].expand_as(added))
    assert added.abs().max() <= 0.5
    assert added.std() > 0.2


def test_saturation_keeps_the_grey_of_every_pixel(images):
    torch.testing.assert_close(saturation(images).mean(1), images.mean(1))
    grey = images[:, :1]
    torch.testing.assert_close(saturation(grey), grey)


def test_saturation_scales_an_images_colours_by_one_number_of_at_most_two(images):
    grey = images.mean(1, keepdim=True)
    changed, colour = saturation(images) - grey, images - grey
    scale = (changed * colour).sum((1, 2, 3)) / colour.square().sum((1, 2, 3))
    torch.testing.assert_close(changed, scale[:, None, None, None] * colour)
    assert 0 <= scale.min() < 0.2
    assert 1.8 < scale.max() <= 2


def test_contrast_keeps_the_mean_and_scales_the_deviation(images):
    changed = contrast(images)
    torch.testing.assert_close(changed.mean((1, 2, 3)), images.mean((1, 2, 3)))
    scale = changed.std((1, 2, 3)) / images.std((1, 2, 3))
    assert 0.5 <= scale.min() < 0.6
    assert 1.4 < scale.max() <= 1.5


def test_translation_shifts_by_at_most_an_eighth_and_fills_with_zeros(images):
    spot = torch.zeros(400, 1, 16, 16)
    spot[:, :, 8, 8] = 1
    moved = translation(spot).nonzero()[:, 2:] - 8
    assert len(moved) == 400
    assert {int(v) for v in moved.unique()} == {-2, -1, 0, 1, 2}
    corner = torch.ones(400, 1, 16, 16)
    kept = {int(v) for v in translation(corner).sum((1, 2, 3)).unique()}
    assert kept == {(16 - a) * (16 - b) for a in range(3) for b in range(3)}


def test_cutout_clears_a_square_of_half_the_side(images):
    changed = cutout(torch.ones(400, 2, 16, 16))
    cleared = (changed == 0).sum((2, 3))
    assert cleared.max() == 64
    assert torch.equal(cleared[:, 0], cleared[:, 1])
    assert ((changed == 0) | (changed == 1)).all()


def test_affine_is_bilinear_sampling_at_turned_stretched_slanted_and_shifted_places():
    images = torch.rand(8, 3, 12, 16, dtype=torch.float64)
    torch.manual_seed(2)
    changed = affine(images)
    torch.manual_seed(2)
    angle, across, down, slant, right, below = (torch.rand(6, 8, 1, 1) * 2 - 1).flatten(1).double()
    angle = torch.deg2rad(20 * angle)
    turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], 1).view(-1, 2, 2)
    shear = torch.eye(2, dtype=torch.float64).repeat(8, 1, 1)
    shear[:, 0, 1] = 0.8 * slant
    stretch = torch.diag_embed(torch.stack([0.3 * across, 0.3 * down], 1).exp())
    side = torch.diag(torch.tensor([16.0, 12.0], dtype=torch.float64))
    linear = side.inverse() @ turn @ shear @ stretch @ side
    theta = torch.cat([linear, 0.2 * torch.stack([right, below], 1)[:, :, None]], 2)
    grid = F.affine_grid(theta, [8, 3, 12, 16], align_corners=False)
    torch.testing.assert_close(changed, F.grid_sample(images, grid, align_corners=False), atol=1e-5, rtol=0)


def test_every_image_is_changed_in_its_own_way(images):
    same = images[:1].expand(8, -1, -1, -1)
    changed = Augment("color,translation,cutout,affine")(same)
    assert all(not torch.equal(changed[0], other) for other in changed[1:])


def test_the_probability_follows_the_sign_of_the_critics_logits(images):
    augment = Augment("color", target=0.6)
    assert torch.equal(augment(images), images.float())
    augment.observe(torch.ones(500))
    augment.adapt()
    assert augment.probability.item() == pytest.approx(500 / IMAGES)
    augment.probability.fill_(0.5)
    augment.observe(torch.tensor([1.0, -1.0]))
    augment.adapt()
    assert augment.probability.item() == pytest.approx(0.5 - 2 / IMAGES)
    changed = (augment(images) != images).flatten(1).any(1)
    share = changed.double().mean().item()  # one of three changes happened to it
    assert share == pytest.approx(1 - 0.5**3, abs=0.15)
    assert set(augment.state_dict()) == {"probability", "signs", "seen"}


def test_without_a_target_every_image_is_changed(images):
    assert (Augment("color")(images) != images).flatten(1).any(1).all()


@pytest.mark.parametrize(("policy", "target"), [("colour", None), ("", None), (None, 0.6), ("color", 1.0)])
def test_flags_that_make_no_sense_are_refused(policy, target):
    with pytest.raises(UserError):
        chosen_augment(policy, target)


def test_none_switches_off_what_a_recipe_has_by_default():
    assert chosen_augment("none", None) is None
    folder = DataSpec("folder", "images", (32, 32, 3), (), 40)
    assert recipes.get("fast_gan").build(folder, width=2, augment="none").family.augment is None
    assert recipes.get("fast_gan").build(folder, width=2).family.augment is not None
    with pytest.raises(UserError, match="--augment-target adapts an augmentation"):
        chosen_augment("none", 0.6)
