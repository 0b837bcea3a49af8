"""The pyramid of games: who sees what at each level, and samples that are built up from the coarsest."""

import math

import numpy as np
import pytest
import torch
from PIL import Image

import saddlepoint as sp
from saddlepoint.cli import main
from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import DataSpec, recipes
from saddlepoint.core.protocol import START, Batch, Progress
from saddlepoint.networks.laplacian import down, up

COLOUR = DataSpec("toy", "images", (32, 32, 3), tuple("abc"), 100)


def game(**flags):
    torch.manual_seed(0)
    return recipes.get("lapgan").build(COLOUR, width=4, hidden=16, **flags)


def drawn(family, n=4, **settings):
    return family.latent(n, rng=torch.Generator().manual_seed(1), **settings)


BATCH = Batch(
    torch.rand(4, 3, 32, 32, generator=torch.Generator().manual_seed(2)) * 2 - 1, torch.tensor([0, 1, 2, 1])
)


def test_levels_have_the_papers_networks():
    family = recipes.get("lapgan").build(COLOUR).family
    counts = {name: sum(p.numel() for p in network.parameters()) for name, network in family.named_children()}
    assert list(family.players) == ["d8", "g8", "d16", "g16", "d32", "g32"] == list(family.turns(START))
    assert counts["generator32"] == counts["generator16"] == 218_179
    assert counts["critic32"] == 116_545
    assert counts["generator8"] == 101 * 1200 + 1201 * 1200 + 1201 * 192


def test_a_level_is_trained_on_coarse_versions_of_real_images():
    family, latent = game().family, drawn(game().family)
    coarse = up(down(BATCH.real, 16), 32)
    band = family.get_submodule("generator32")(torch.cat([latent["noise32"], coarse], 1))
    torch.testing.assert_close(family.fakes("d32", latent, BATCH), coarse + band)
    middle = up(down(down(BATCH.real, 16), 8), 16)
    band = family.get_submodule("generator16")(torch.cat([latent["noise16"], middle], 1))
    torch.testing.assert_close(family.fakes("g16", latent, BATCH), middle + band)


def test_critics_judge_the_sum_of_band_and_coarse_image():
    family, latent = game().family.eval(), drawn(game().family)
    for side, real in ((32, BATCH.real), (16, down(BATCH.real, 16)), (8, down(down(BATCH.real, 16), 8))):
        fake = family.fakes(f"d{side}", latent, BATCH)
        critic = family.get_submodule(f"critic{side}")
        of_real, of_fake = critic(real).score.double(), critic(fake).score.double()
        expected = -(of_real.sigmoid().log() + (1 - of_fake.sigmoid()).log()).mean() / 2
        terms = family.terms(f"d{side}", BATCH, latent, fake)
        assert terms.minimise["adversarial"].item() == pytest.approx(expected.item(), rel=1e-5)
        assert terms.watch[f"D{side}(x)"].item() == pytest.approx(of_real.sigmoid().mean().item(), rel=1e-5)
        pull = family.terms(f"g{side}", BATCH, latent, fake).minimise["adversarial"].item()
        assert pull == pytest.approx(-of_fake.sigmoid().log().mean().item(), rel=1e-5)
    assert family.references["d16/adversarial"] == pytest.approx(math.log(2))


def test_a_sample_is_the_coarsest_image_and_its_bands():
    family, latent = game().family.eval(), drawn(game().family)
    levels = family.levels(latent)
    assert list(levels) == ["8 pixels", "band of 16", "16 pixels", "band of 32", "32 pixels"]
    torch.testing.assert_close(levels["8 pixels"], family.get_submodule("generator8")(latent["noise8"]))
    for coarse, fine in ((8, 16), (16, 32)):
        enlarged = up(levels[f"{coarse} pixels"], fine)
        torch.testing.assert_close(enlarged + levels[f"band of {fine}"], levels[f"{fine} pixels"])
    torch.testing.assert_close(levels["32 pixels"], family.sample(latent))


def test_a_paired_objective_sees_the_reals_of_its_level():
    family, latent = game(objective="relativistic").family.eval(), drawn(game().family)
    fake = family.fakes("g16", latent, BATCH)
    critic = family.get_submodule("critic16")
    gap = critic(down(BATCH.real, 16)).score - critic(fake).score
    pull = family.terms("g16", BATCH, latent, fake).minimise["adversarial"]
    torch.testing.assert_close(pull, torch.nn.functional.softplus(gap).mean())


def test_one_level_is_the_dense_gan():
    family = game(levels=1).family
    assert list(family.players) == ["d32", "g32"]
    assert family.sample(drawn(family)).shape == (4, 3, 32, 32)
    assert not any(isinstance(module, torch.nn.Conv2d) for module in family.modules())


def test_every_level_is_told_the_class_where_it_is_asked_for():
    family = game(conditional=True).family.eval()
    latent = drawn(family, condition=torch.tensor([2, 2, 2, 2]))
    assert latent["label"].tolist() == [2, 2, 2, 2]
    other = family.with_code(latent, "class", 1)
    for name, image in family.levels(latent).items():
        assert not torch.equal(image, family.levels(other)[name]), name
    for player in family.players:
        fake = family.fakes(player, latent, BATCH)
        again = BATCH._replace(label=torch.tensor([2, 2, 2, 2]))
        assert not torch.equal(fake, family.fakes(player, latent, again)), player
        one, two = (
            family.terms(player, batch, latent, fake).minimise["adversarial"] for batch in (BATCH, again)
        )
        assert not torch.equal(one, two), player
    unlabelled = DataSpec("bare", "images", (8, 8, 1), (), 100)
    with pytest.raises(UserError, match="'lapgan' learns classes, and 'bare' has no labels"):
        recipes.get("lapgan").build(unlabelled, conditional=True)


def test_no_level_can_saturate():
    family = game().family
    with torch.no_grad():
        for parameter in family.get_submodule("generator8").parameters():
            parameter.mul_(10)
        images = family.levels(drawn(family))["8 pixels"]
    assert images.abs().max() > 1
    assert images.flatten(1).unique(dim=0).shape[0] == 4


def test_small_images_have_critics_that_learn_faster():
    small = recipes.get("lapgan").build(DataSpec("toy", "images", (8, 8, 1), (), 100))
    assert {player: (o.kind, o.lr) for player, o in small.optimizers.items()} == {
        **{f"d{side}": ("adam", 1e-3) for side in (4, 8)},
        **{f"g{side}": ("adam", 5e-4) for side in (4, 8)},
    }
    assert {optimizer.lr for optimizer in game().optimizers.values()} == {2e-4}


def test_paper_is_the_codes_momentum_sgd():
    optimizer = game(paper=True).optimizers["g16"]
    later = Progress(0, 0, 100.0, 0.5)
    assert (optimizer.kind, optimizer.lr, optimizer.momentum) == ("sgd", 0.02, 0.5)
    assert optimizer.schedules["momentum"](later) == pytest.approx(0.58)
    assert optimizer.schedules["momentum"](later._replace(epochs=1000.0)) == 0.7
    assert optimizer.schedules["lr"](later) == pytest.approx(0.02 / 1.000004**100)
    assert game(paper=True, lr_d=0.1).optimizers["d8"].lr == 0.1


def test_levels_are_drawn(tmp_path, capsys):
    flags: dict = {"width": 4, "hidden": 16, "conditional": True}
    run = sp.train("lapgan", "digits", steps=2, batch=16, out=tmp_path / "run", quiet=True, **flags)
    found = run.levels(3, seed=5, label=7)
    assert {name: images.shape for name, images in found.items()} == {
        "4 pixels": (3, 4, 4, 1),
        "band of 8": (3, 8, 8, 1),
        "8 pixels": (3, 8, 8, 1),
    }
    assert np.array_equal(found["8 pixels"], run.sample(3, seed=5, label=7))
    out = tmp_path / "levels.png"
    command = ["sample", str(run.path), "--levels", "-n", "3", "--seed", "5", "--class", "7"]
    assert main([*command, "--out", str(out)]) == 0
    with Image.open(out) as picture:
        assert picture.text["levels"] == "4 pixels, band of 8, 8 pixels"  # type: ignore[attr-defined]
    assert main([*command, "--out", str(tmp_path / "levels.npy")]) == 0
    array = np.load(tmp_path / "levels.npy")
    assert array.shape == (3, 3, 8, 8, 1)
    assert np.array_equal(array[:, 0, ::2, ::2], found["4 pixels"])
    capsys.readouterr()


def test_a_recipe_without_levels_says_so(tmp_path, capsys):
    run = sp.train("mlp_gan", "digits", steps=1, batch=16, out=tmp_path / "run", quiet=True)
    assert main(["sample", str(run.path), "--levels"]) == 2
    assert "come at once; those of lapgan have levels" in capsys.readouterr().err
