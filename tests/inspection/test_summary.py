"""Parameter counts that the papers' code has, and shapes at every size."""

import math

import pytest
import torch

from saddlepoint.core.experiment import DataSpec, recipes
from saddlepoint.inspection.summary import summarise
from saddlepoint.networks.cs231n import cs231n_critic, cs231n_generator
from saddlepoint.networks.dcgan import dcgan_critic, dcgan_generator
from saddlepoint.networks.sizes import channels, sides

MNIST = DataSpec("mnist", "images", (28, 28, 1), tuple("0123456789"), 60_000)
MNIST32 = DataSpec("mnist", "images", (32, 32, 1), tuple("0123456789"), 60_000)
FACES = DataSpec("faces", "images", (64, 64, 3), (), 350_000)


def count(network):
    return sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize(
    ("recipe", "data", "flags", "generator", "critic"),
    [
        ("gan", MNIST, {}, 2_503_984, 1_231_441),
        ("mlp_gan", MNIST, {}, 1_510_032, 533_505),
        ("dcgan_upsample", MNIST32, {}, 1_049_985, 98_113),
        ("cs231n_fc", MNIST, {}, 1_952_528, 267_009),
        ("cs231n_lsgan", MNIST, {}, 1_952_528, 267_009),
        ("cs231n_dc", MNIST, {}, 6_675_009, 1_102_721),
        ("dcgan", FACES, {"width": 64}, 3_576_704, 2_765_568),
        ("dcgan", FACES, {"paper": True}, 18_885_760, 17_232_768),
        ("infogan", MNIST, {}, 6_652_481, 6_559_169),
        ("conditional_dcgan", MNIST, {}, 6_820_538, 6_688_202),
    ],
)
def test_parameter_counts(recipe, data, flags, generator, critic):
    family = recipes.get(recipe).build(data, **flags).family
    assert count(family.get_submodule("generator")) == generator
    assert count(family.get_submodule("critic")) == critic


def test_the_recogniser_of_infogan_has_the_size_of_the_papers_code():
    family = recipes.get("infogan").build(MNIST).family
    assert count(family.get_submodule("recogniser")) == 133_262


@pytest.mark.parametrize("kernel", [4, 5])
@pytest.mark.parametrize("size", [*range(8, 34), 48, 63, 64, 100, 127, 128, 255, 256])
def test_dcgan_at_every_size(size, kernel):
    with torch.device("meta"):
        generator = dcgan_generator(size, 3, latent=10, width=8, kernel=kernel)
        critic = dcgan_critic(size, 3, width=8, kernel=kernel)
        images = generator(torch.empty(2, 10))
        said = critic(images)
    assert images.shape == (2, 3, size, size)
    assert said.score.shape == (2,)
    assert recipes.get("dcgan").nearest_size(size) == size
    base = sides(size, kernel)[-1]
    assert 4 <= base <= 7
    assert said.feature.shape == (2, channels(base, 8) * base**2)


def test_mnist_has_128_channels_at_7_pixels_for_a_width_of_32():
    assert sides(28, 4) == [28, 14, 7]
    assert channels(7, 32) == 128
    assert [channels(side, 64) for side in (4, 8, 16, 32, 64, 128)] == [512, 256, 128, 64, 32, 16]


@pytest.mark.parametrize("extra", [1, 2])
def test_extra_layers_are_at_the_largest_hidden_map(extra):
    plain, deep = (dcgan_generator(28, 1, latent=10, width=32, extra_layers=n) for n in (0, extra))
    wide = channels(14, 32)
    assert count(deep) - count(plain) == extra * (9 * wide * wide + 2 * wide)
    plain, deep = (dcgan_critic(28, 1, width=32, extra_layers=n) for n in (0, extra))
    assert count(deep) - count(plain) == extra * (9 * wide * wide + 2 * wide)


@pytest.mark.parametrize(("kernel", "size"), [(4, 14), (4, 15), (5, 14), (5, 15), (5, 28)])
def test_the_generators_upsampling_is_adjoint_to_the_critics_convolution(kernel, size):
    """⟨conv(x), y⟩ = ⟨x, deconv(y)⟩ with shared weights."""
    torch.manual_seed(0)
    critic = dcgan_critic(size, 1, width=8, kernel=kernel).double()
    down = critic.get_submodule("body.down0")
    generator = dcgan_generator(size, 1, latent=3, width=8, kernel=kernel).double()
    up = generator.get_submodule("to_image")
    with torch.no_grad():
        up.get_parameter("weight").copy_(down.get_parameter("weight"))
    x = torch.randn(2, 1, size, size, dtype=torch.float64)
    y = torch.randn_like(down(x))
    assert (down(x) * y).sum().item() == pytest.approx((x * up(y)).sum().item(), abs=1e-10)


def test_same_transposed_convolutions_double_the_side():
    generator = cs231n_generator(96, 1).eval()
    x = torch.randn(2, 96)
    seen = []
    for name in ("map", "up2", "to_image"):
        generator.get_submodule(name).register_forward_hook(lambda m, i, o: seen.append(o.shape[-1]))
    assert generator(x).shape == (2, 1, 28, 28)
    assert seen == [7, 14, 28]
    assert cs231n_critic(1)(torch.zeros(2, 1, 28, 28)).feature.shape == (2, 1024)


def test_small_images_get_the_dense_layer_of_the_papers_mnist_code():
    """Dense 100-1024-6272, two transposed convolutions of 5; convolutions of 64 and 128, dense 1024, 1."""
    family = recipes.get("dcgan").build(MNIST, paper=True, width=32).family
    shapes = {name: tuple(p.shape) for name, p in family.named_parameters() if "norm" not in name}
    assert shapes == {
        "generator.dense.weight": (1024, 100),
        "generator.project.weight": (6272, 1024),
        "generator.up1.weight": (128, 64, 5, 5),
        "generator.to_image.weight": (64, 1, 5, 5),
        "critic.body.down0.weight": (64, 1, 5, 5),
        "critic.body.down1.weight": (128, 64, 5, 5),
        "critic.body.dense.weight": (1024, 6272),
        "critic.head.weight": (1, 1024),
    }
    assert "generator.dense.weight" not in dict(recipes.get("dcgan").build(FACES).family.named_parameters())


def test_paper_restores_the_papers_rates():
    def rates(**flags):
        return {player: o.lr for player, o in recipes.get("dcgan").build(MNIST, **flags).optimizers.items()}

    assert rates() == {"d": 5e-4, "g": 1e-3}
    assert rates(paper=True) == {"d": 2e-4, "g": 2e-4}
    assert rates(paper=True, lr_g=0.0) == {"d": 2e-4, "g": 0.0}


def test_dcgan_starts_from_the_papers_distribution():
    torch.manual_seed(0)
    family = recipes.get("dcgan").build(FACES).family
    weight = family.get_parameter("critic.body.down2.weight")
    assert weight.mean().item() == pytest.approx(0, abs=4 * 0.02 / math.sqrt(weight.numel()))
    assert weight.std().item() == pytest.approx(0.02, rel=0.01)
    gain = family.get_parameter("generator.norm0.weight")
    assert gain.mean().item() == pytest.approx(1, abs=0.005)
    assert 0.015 < gain.std().item() < 0.025


def test_goodfellow_starts_at_the_pixel_marginals():
    mean = torch.rand(28, 28, 1).numpy() * 0.9 + 0.05
    data = DataSpec("mnist", "images", (28, 28, 1), (), 60_000, lambda: mean)
    family = recipes.get("gan").build(data).family
    bias = family.get_parameter("generator.to_data.bias")
    torch.testing.assert_close(torch.sigmoid(bias).reshape(28, 28, 1), torch.tensor(mean), atol=1e-5, rtol=0)
    assert family.get_parameter("generator.dense0.weight").abs().max().item() == pytest.approx(0.05, abs=1e-4)
    assert family.get_parameter("critic.head.weight").abs().max().item() <= 0.005


def test_the_upsampling_pair_has_the_scripts_layers():
    family = recipes.get("dcgan_upsample").build(MNIST32).family
    norms = [(name, m.eps) for name, m in family.named_modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert norms[0] == ("generator.norm0", 1e-5)
    assert [eps for _, eps in norms[1:]] == [0.8] * 5
    drops = [m.p for m in family.modules() if isinstance(m, torch.nn.Dropout2d)]
    assert drops == [0.25] * 4
    weight = family.get_parameter("generator.conv1.weight")
    assert weight.std().item() == pytest.approx(0.02, rel=0.02)


@pytest.mark.parametrize(
    ("native", "side"), [(8, 16), (23, 16), (24, 32), (28, 32), (32, 32), (100, 96), (999, 256)]
)
def test_the_upsampling_pair_works_in_steps_of_16_pixels(native, side):
    chosen = recipes.get("dcgan_upsample")
    assert chosen.nearest_size(native) == side
    with torch.device("meta"):
        family = chosen.build(DataSpec("any", "images", (side, side, 3), (), 100)).family
        images = family.generate(torch.empty(2, 100))
        score = family.get_submodule("critic")(images).score
    assert images.shape == (2, 3, side, side)
    assert score.shape == (2,)


@pytest.mark.parametrize("recipe", ["r3gan", "wgan_gp", "pacgan", "cgan", "nce"])
def test_games_with_penalties_packs_and_classes_are_counted_too(recipe):
    data = DataSpec("toy", "images", (16, 16, 1), tuple("ab"), 100)
    family = recipes.get(recipe).build(data).family
    for name, network in summarise(family, data).items():
        assert network.parameters == count(family.get_submodule(name))
        assert sum(layer.parameters for layer in network.layers) == network.parameters
        assert all(layer.flops > 0 for layer in network.layers if layer.type in ("Linear", "Conv2d"))


def test_a_sample_costs_the_same_in_a_pack():
    data = DataSpec("toy", "images", (16, 16, 1), (), 100)
    alone, packed = (
        summarise(recipes.get("pacgan").build(data, pack=pack, width=8).family, data) for pack in (1, 4)
    )
    assert packed["generator"] == alone["generator"]
    assert packed["critic"].flops < alone["critic"].flops  # one pass for four
