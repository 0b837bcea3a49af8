"""Super-resolution: pieces, stages, curves, and pictures of any size that are enlarged without seams."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

import saddlepoint as sp
from saddlepoint.cli import main
from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import DataSpec, recipes
from saddlepoint.core.protocol import START, Batch, Enlarger
from saddlepoint.evaluate.encoders import judge_network
from saddlepoint.evaluate.encoders.judge_network import SMALL, JudgeNetwork
from saddlepoint.evaluate.fidelity_figures import fidelity
from saddlepoint.exploring.upscaling import in_tiles, upscale
from saddlepoint.networks.efficientnet_lite import EfficientNetLite
from saddlepoint.networks.perceptual import of_photographs
from saddlepoint.networks.super_resolution import Enlarging, enlarge, enlarged_critic, shrink
from saddlepoint.scoring.fidelity import again
from saddlepoint.scoring.fidelity import fidelity as measured
from saddlepoint.scoring.scoring import score
from tests.trained import assert_same

PHOTOS = DataSpec("toy", "images", (24, 24, 3), (), 100)
BATCH = Batch(torch.rand(5, 3, 24, 24, generator=torch.Generator().manual_seed(2)) * 2 - 1)


def game(name="srgan", data=PHOTOS, **flags):
    torch.manual_seed(0)
    family: Any = recipes.get(name).build(data, **{"width": 4, "blocks": 1, "patch": 16, **flags}).family
    return family, family.latent(5, rng=torch.Generator().manual_seed(1))


def lively(scale, **settings):
    torch.manual_seed(0)
    return Enlarging(3, scale=scale, width=4, **settings).eval()


def test_a_piece_is_a_part_of_its_image_and_the_latents_say_which():
    family, latent = game()
    piece = family.piece(BATCH, latent)
    assert piece.shape == (5, 3, 16, 16)
    starts = (latent["place"] * 9).long().tolist()
    assert len({tuple(start) for start in starts}) > 1
    for one, image, (top, left) in zip(piece, BATCH.real, starts, strict=True):
        assert torch.equal(one, image[:, top : top + 16, left : left + 16])
    edge = {**latent, "place": torch.tensor([[0.0, 0.9999]] * 5)}
    assert torch.equal(family.piece(BATCH, edge), BATCH.real[..., :16, 8:])
    whole, _ = game(patch=96)
    assert torch.equal(whole.piece(BATCH, latent), BATCH.real)


@pytest.mark.parametrize("scale", [2, 4])
def test_an_untrained_generator_is_the_bicubic_filter(scale):
    family, _ = game("srresnet", scale=scale)
    small = shrink(BATCH.real, scale)
    assert small.shape[-1] == 24 // scale
    torch.testing.assert_close(family.reconstruct(BATCH.real), enlarge(small, scale))
    flat = torch.full((1, 3, 8, 8), 0.3)
    torch.testing.assert_close(enlarge(shrink(flat, scale), scale), flat)


@pytest.mark.parametrize(("flags", "weight"), [({}, 1e-3), ({"weight": 0.01}, 0.01)])
def test_players_minimise_the_papers_terms(flags, weight):
    family, latent = game(**flags)
    family.eval()
    real = family.piece(BATCH, latent)
    fake = family.fakes("g", latent, BATCH) + 0.1
    content = (fake - real).square().mean().item()
    terms = {player: family.terms(player, BATCH, latent, fake) for player in family.players}
    assert terms["p"].minimise["content"].item() == pytest.approx(content)
    assert terms["g"].minimise["content"].item() == pytest.approx(content)
    of_real, of_fake = (family.get_submodule("critic")(x).score.double() for x in (real, fake))
    expected = -(of_real.sigmoid().log() + (1 - of_fake.sigmoid()).log()).mean().item()
    assert terms["d"].minimise["adversarial"].item() == pytest.approx(expected, rel=1e-5)
    expected = -weight * of_fake.sigmoid().log().mean().item()
    assert terms["g"].minimise["adversarial"].item() == pytest.approx(expected, rel=1e-5)
    assert terms["p"].watch["PSNR"].item() == pytest.approx(-10 * math.log10(content / 4), rel=1e-5)


def test_content_may_be_what_a_network_sees(monkeypatch):
    torch.manual_seed(0)
    network = EfficientNetLite().eval()
    monkeypatch.setattr("saddlepoint.networks.perceptual.efficientnet_lite", lambda: network)
    family, latent = game(content="imagenet", weight=0.5, pixel_weight=3.0)
    assert family.taught_by == ("imagenet",)
    assert not any("_conv_stem" in name for name in family.state_dict())
    real = family.piece(BATCH, latent)
    fake = (real + 0.3 * torch.randn(real.shape, generator=torch.Generator().manual_seed(4))).requires_grad_()
    terms = family.eval().terms("g", BATCH, latent, fake)
    seen = [network.maps(x, 5)[::2] for x in (real, fake)]
    parts = [1 - (a * b).sum(1) / (a.norm(dim=1) * b.norm(dim=1)) for a, b in zip(*seen, strict=True)]
    means = [part.mean().item() for part in parts]
    pixels = (fake - real).square().mean().item()
    assert terms.minimise["content"].item() == pytest.approx(sum(means) / 3 + 3 * pixels, rel=1e-4)
    (gradient,) = torch.autograd.grad(terms.minimise["content"], fake)
    assert gradient.abs().sum() > 0
    # Pretraining still minimises differences of pixels, at which bicubic filters are good.
    assert family.terms("p", BATCH, latent, fake).minimise["content"].item() == pytest.approx(
        (fake - real).square().mean().item()
    )


def test_content_may_be_what_the_judge_of_the_classes_sees():
    torch.manual_seed(0)
    network = JudgeNetwork((24, 24, 3), 2, SMALL).eval()
    classified = replace(PHOTOS, classes=("a", "b"), judge=lambda: network)
    family, latent = game(data=classified, content="judge", weight=0.5, pixel_weight=0.0)
    assert family.taught_by == ("judge",)
    assert not any("code" in name for name in family.state_dict())
    real = family.piece(BATCH, latent)  # smaller than the images that the judge knows
    fake = (real + 0.3 * torch.randn(real.shape, generator=torch.Generator().manual_seed(4))).requires_grad_()
    content = family.eval().terms("g", BATCH, latent, fake).minimise["content"]
    seen = []
    for layer in network.body:
        if isinstance(layer, torch.nn.Sequential):
            layer.register_forward_hook(lambda _, __, found: seen.append(found))
    with torch.no_grad():
        network(torch.cat([real, fake]))
    pairs = [found.chunk(2) for found in seen]
    parts = [1 - (a * b).sum(1) / (a.norm(dim=1) * b.norm(dim=1)) for a, b in pairs]
    assert content.item() == pytest.approx(sum(part.mean().item() for part in parts) / 5, rel=1e-4)
    (gradient,) = torch.autograd.grad(content, fake)
    assert gradient.abs().sum() > 0
    with pytest.raises(UserError, match=r"'toy' has none; use --content pixels or imagenet"):
        game(content="judge")


def test_a_run_that_the_judge_taught_resumes_and_is_judged_by_patches(tmp_path, monkeypatch):
    monkeypatch.setenv("SADDLE_CACHE", str(tmp_path / "cache"))
    for size in ("SMALL", "LARGE"):  # a judge that has hardly learned will do
        monkeypatch.setattr(judge_network, size, getattr(judge_network, size)._replace(images=300))
    flags: dict = {"width": 4, "blocks": 1, "scale": 2, "content": "judge", "pretraining": 0.0}
    whole, part = (
        sp.train("srgan", "digits", steps=steps, log_every=2, out=tmp_path / name, quiet=True, **flags)
        for name, steps in (("whole", 4), ("part", 2))
    )
    assert_same(sp.resume(part.path, steps=4, quiet=True), whole)
    assert [row["g/content"] > 0 for row in whole.curves()] == [True, True]
    with pytest.raises(UserError, match="trained to please encoder 'judge', which would praise it for that"):
        score(whole, encoder="judge", samples=20, quiet=True)
    for card in (score(whole, samples=100, quiet=True), sp.compare([whole], samples=100, quiet=True).card):
        assert card.encoder["name"] == "patches"
    assert card.notes[0].startswith("The judge of these classes taught the game")


def test_beside_features_the_critic_weighs_more():
    family, _ = game(data=replace(PHOTOS, classes=("a", "b")), content="judge")
    assert (family.weight, family.pixel_weight) == (3e-2, 10)


def test_pixels_stand_beside_features_alone():
    with pytest.raises(
        UserError, match="--pixel-weight is for pixels beside features; choose --content imagenet"
    ):
        game(pixel_weight=10.0)


def test_equal_pictures_have_no_distance_and_grey_ones_that_of_three_equal_channels(monkeypatch):
    torch.manual_seed(0)
    monkeypatch.setattr("saddlepoint.networks.perceptual.efficientnet_lite", lambda: EfficientNetLite().eval())
    distance = of_photographs()
    grey = BATCH.real[:, :1]
    assert distance(grey, grey).abs().max() < 1e-5
    assert torch.equal(distance(grey, -grey), distance(grey.expand(-1, 3, -1, -1), -grey.expand(-1, 3, -1, -1)))


def test_a_run_is_not_judged_by_what_taught_it(run, monkeypatch):
    monkeypatch.setattr(run.family, "taught_by", ("imagenet",))
    with pytest.raises(UserError, match="trained to please encoder 'imagenet', which would praise it for that"):
        score(run, encoder="imagenet", samples=20, quiet=True)


def test_the_critic_comes_after_a_share_of_the_budget():
    family, _ = game(pretraining=0.25)
    assert family.turns(START) == ("p",)
    assert family.turns(START._replace(fraction=0.24)) == ("p",)
    assert family.turns(START._replace(fraction=0.25)) == ("d", "g")


def test_96_pixels_take_the_papers_critic():
    body: Any = enlarged_critic(3, 96, 64).body
    convolutions = [layer for layer in body if isinstance(layer, torch.nn.Conv2d)]
    assert [(c.out_channels, c.stride[0]) for c in convolutions] == [
        *((64, 1), (64, 2), (128, 1), (128, 2), (256, 1), (256, 2), (512, 1), (512, 2))
    ]
    assert (body.dense.in_features, body.dense.out_features) == (512 * 36, 1024)


@pytest.mark.parametrize(("scale", "blocks"), [(2, 1), (4, 1), (4, 3)])
def test_tiles_have_no_seams(scale, blocks):
    generator = lively(scale, blocks=blocks)
    image = torch.rand(1, 3, 41, 50, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        whole = generator(image)
        for reach, equal in ((generator.reach, True), (1, False)):
            tiles = in_tiles(Enlarger(scale, reach, generator), image, tile=24)
            assert tiles.shape == (1, 3, 41 * scale, 50 * scale)
            assert ((tiles - whole).abs().max() < 1e-5) == equal


def test_the_reach_is_what_a_pixel_depends_on():
    for scale in (2, 4):
        generator = lively(scale, blocks=1)
        small = torch.rand(1, 3, 65, 65).requires_grad_()
        (gradient,) = torch.autograd.grad(
            generator(small)[0, :, 32 * scale : 33 * scale, 32 * scale].sum(), small
        )
        columns = gradient.abs().sum((0, 1, 2)).nonzero().flatten()
        assert generator.reach - 2 <= 32 - columns.min() <= generator.reach
        assert columns.max() - 32 <= generator.reach


def test_figures_are_those_of_brightness_without_a_border():
    rng = np.random.default_rng(0)
    truth = rng.integers(40, 200, (4, 20, 20, 1)).astype(np.uint8)
    ours, plain = truth + np.uint8(5), truth + np.uint8(10)
    ours[:, :2] = 0
    found = fidelity(truth, ours, plain, 2)
    assert found["psnr"].value == pytest.approx(20 * math.log10(255 / 5))
    assert found["psnr"].detail["bicubic"] == pytest.approx(20 * math.log10(255 / 10))
    assert found["psnr_gain"].value == pytest.approx(20 * math.log10(2))
    assert found["ssim"].detail["bicubic"] < (found["ssim"].value or 0) < 1
    assert fidelity(truth, truth, plain, 2)["psnr"].value == 60


def test_sizes_and_scales_that_do_not_fit_are_refused():
    assert [recipes.get("srgan").nearest_size(side) for side in (5, 28, 29, 30, 4000)] == [8, 28, 28, 32, 512]
    with pytest.raises(UserError, match="--scale must be 2 or 4, got 3"):
        game(scale=3)
    with pytest.raises(UserError, match="--patch 4 leaves less than 2 pixels of a small image; give 8 or more"):
        game(patch=4)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "srgan"
    flags: dict = {"width": 4, "blocks": 1, "scale": 2}
    return sp.train("srgan", "digits", steps=4, batch=16, out=out, quiet=True, **flags)


def test_samples_are_test_images_enlarged_again(run):
    samples = run.sample(3, seed=5)
    assert samples.shape == (3, 8, 8, 1)
    assert np.array_equal(run.sample(2, seed=5), samples[:2])
    levels = run.levels(3, seed=5)
    assert {name: images.shape[1] for name, images in levels.items()} == {
        "small": 4,
        "bicubic": 8,
        "large": 8,
    }
    assert np.array_equal(levels["large"], samples)
    test = run.data().splits["test"].take(np.arange(30))[0]
    assert again(test, 2).shape == test.shape
    figures = measured(run, run.data())
    assert 5 < (figures["psnr"].value or 0) < 40
    assert abs(figures["psnr_gain"].value or 9) < 5
    assert 0 < (figures["ssim"].value or 0) < 1


def test_pictures_of_any_size_are_enlarged(run, tmp_path, capsys):
    folder = tmp_path / "small"
    folder.mkdir()
    colours = np.random.default_rng(0).integers(0, 255, (9, 13, 3)).astype(np.uint8)
    Image.fromarray(colours).save(folder / "a.png")
    Image.new("RGBA", (6, 5), (0, 0, 0, 0)).save(folder / "b.webp")
    (folder / "notes.txt").write_text("no picture")
    assert main(["upscale", str(run.path), str(folder), "--out", str(tmp_path / "large")]) == 0
    paths = capsys.readouterr().out.split()
    assert [path.rsplit("/", 1)[1] for path in paths] == ["a-x2.png", "b-x2.png", "beside-bicubic.png"]
    with Image.open(paths[0]) as large:
        assert (large.size, large.mode) == ((26, 18), "L")
        assert large.text["picture"] == "a.png"  # type: ignore[attr-defined]
        with Image.open(folder / "a.png") as small:
            assert np.array_equal(np.array(large), upscale(run, small).large[..., 0])
    with Image.open(paths[1]) as large:
        assert np.array(large).min() > 200  # transparent parts are put on white


def test_pictures_of_one_name_become_two_files(run, tmp_path, capsys):
    for index, name in enumerate(("a.png", "a.bmp")):
        Image.new("L", (6, 5), 200 * index).save(tmp_path / name)
    assert main(["upscale", str(run.path), str(tmp_path), "--out", str(tmp_path / "large")]) == 0
    names = [path.rsplit("/", 1)[1] for path in capsys.readouterr().out.split()]
    assert names == ["a.bmp-x2.png", "a.png-x2.png", "beside-bicubic.png"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("absent", "there is no picture or folder"),
        ("empty", "holds no pictures"),
        ("broken.png", "cannot be read as a picture"),
    ],
)
def test_what_is_no_picture_is_refused(run, tmp_path, capsys, source, said):
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    assert main(["upscale", str(run.path), str(tmp_path / source)]) == 2
    assert said in capsys.readouterr().err


def test_other_recipes_enlarge_nothing(tmp_path, capsys):
    other = sp.train("mlp_gan", "digits", steps=1, batch=16, out=tmp_path / "run", quiet=True)
    assert main(["upscale", str(other.path), str(tmp_path)]) == 2
    assert "'mlp_gan' does not enlarge images; srresnet and srgan do" in capsys.readouterr().err
