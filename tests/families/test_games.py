"""What makes each family itself, on networks small enough for a moment."""

import math
from typing import Any

import pytest
import torch
from torch import nn

from saddlepoint.compute.plan import Plan
from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import DataSpec, recipes
from saddlepoint.core.protocol import START, Batch, Critique, Progress, Terms
from saddlepoint.data.batches import Batches
from saddlepoint.data.dataset import Split
from saddlepoint.engine.step import Stepper
from saddlepoint.families.vanilla import Vanilla
from saddlepoint.networks.conditional import LateCritic, ToldGenerator
from saddlepoint.networks.dcgan import normal_weights
from saddlepoint.networks.excitation import redrawing_error
from saddlepoint.objectives.energy import pulling_away
from saddlepoint.objectives.information import shared_information

DATA = DataSpec("toy", "images", (8, 8, 1), ("a", "b", "c"), 40)
PLANE = DataSpec("plane", "points", (2,), ("a", "b"), 40)
LN2 = math.log(2)
SMALL: dict = {"width_g": 8, "width_d": 8}
WEIGHTED = nn.Linear | nn.Conv2d | nn.ConvTranspose2d


def build(recipe, data=DATA, **flags):
    torch.manual_seed(0)
    return recipes.get(recipe).build(data, **flags)


def dealt(family, data=DATA, n=12):
    batch = Batch(torch.rand(n, *data.tensor_shape), torch.arange(n) % len(data.classes))
    latent = family.latent(n, rng=torch.Generator().manual_seed(0))
    return batch, latent, family.generate(latent, batch)


def test_clipping_bounds_every_weight_of_the_critic_after_every_step():
    experiment = build("wgan", width=4, clip=0.02)
    split = Split(torch.randint(256, (40, 8, 8, 1), dtype=torch.uint8).numpy())
    batches = Batches(split, 10, seed=0, device=torch.device("cpu"))
    stepper = Stepper(experiment, Plan("cpu", "fp32", 1), batches, torch.Generator().manual_seed(0))
    stepper.step(Progress(0, 0, 0.0, 0.0))
    family = stepper.family
    assert family.turns(START) == ("d",) * 5 + ("g",)
    assert max(p.abs().max() for p in family.get_submodule("critic").parameters()) <= 0.02
    assert max(p.abs().max() for p in family.get_submodule("generator").parameters()) > 0.02


def test_the_first_gan_starts_at_the_mean_of_the_data():
    mean = torch.rand(8, 8, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    mean[0, :2] = torch.tensor([[0.0], [1.0]])  # pixels that never change stay within reach of a sigmoid
    data = DataSpec("toy", "images", (8, 8, 3), (), 40, mean=mean.numpy)
    family = build("gan", data, hidden=4, units=2).family
    family.get_parameter("generator.to_data.weight").data.zero_()
    image = family.generate(family.latent(5, rng=torch.Generator().manual_seed(0)))
    expected = mean.clamp(1e-3, 1 - 1e-3).permute(2, 0, 1).float().expand_as(image)
    torch.testing.assert_close(image, expected)


def test_the_first_critic_drops_a_fifth_of_its_input_and_half_of_its_codes():
    critic = build("gan", hidden=4, units=2).family.get_submodule("critic")
    assert [layer.p for layer in critic.modules() if isinstance(layer, nn.Dropout)] == [0.2, 0.5, 0.5]


def test_repelling_is_in_the_generators_turn_only():
    family = build("ebgan_pt", **SMALL).family
    batch, latent, fake = dealt(family)
    assert set(family.terms("g", batch, latent, fake).minimise) == {"adversarial", "repel"}
    assert set(family.terms("d", batch, latent, fake).minimise) == {"adversarial"}
    assert set(build("ebgan", **SMALL).family.terms("g", batch, latent, fake).minimise) == {"adversarial"}


def test_repelling_looks_at_the_encoders_codes_of_the_fakes():
    family = build("ebgan_pt", repel=0.5, **SMALL).family.eval()
    batch, latent, fake = dealt(family)
    code = family.get_submodule("critic").get_submodule("encoder")(fake).flatten(1)
    expected = 0.5 * pulling_away(code).item()
    assert family.terms("g", batch, latent, fake).minimise["repel"].item() == pytest.approx(expected, rel=1e-5)
    assert abs(pulling_away(fake.flatten(1)).item() - expected / 0.5) > 1e-3  # not the pixels'
    same = fake[:1].expand_as(fake)
    assert family.terms("g", batch, latent, same).minimise["repel"].item() == pytest.approx(0.5, abs=1e-5)


def test_a_critic_of_energies_ignores_fakes_beyond_the_margin():
    family = build("ebgan", margin=1e-3, **SMALL).family
    batch, latent, fake = dealt(family)
    leaf = fake.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(family.terms("d", batch, latent, leaf).minimise["adversarial"], leaf)
    assert gradient.abs().max().item() == 0


@pytest.mark.parametrize("name", ["ebgan", "ebgan_pt"])
def test_where_fakes_are_data_a_critic_of_energies_is_left_with_the_margin(name):
    """Of energies up to the margin m, D + max(0, m − D) is m (Zhao et al. 2016, theorem 1)."""
    family = build(name, margin=30.0, **SMALL).family
    batch, latent, _ = dealt(family)
    terms = family.terms("d", batch, latent, batch.real)
    assert 0 < terms.watch["energy of fake"].item() < 15
    assert terms.minimise["adversarial"].item() == pytest.approx(30)
    assert family.references == {"d/adversarial": 30}


def test_the_energy_is_the_norm_of_what_is_lost():
    critic = build("ebgan", **SMALL).family.get_submodule("critic")
    x = torch.rand(5, 1, 8, 8)
    rebuilt = critic.get_submodule("decoder")(critic.get_submodule("encoder")(x))
    torch.testing.assert_close(critic(x).score, (rebuilt - x).flatten(1).norm(dim=1))


def test_the_margin_of_other_sizes_scales_with_the_root_of_their_pixels():
    mnist = DataSpec("mnist", "images", (28, 28, 1), (), 60_000)
    assert build("ebgan", mnist, **SMALL).family.margin == 10
    assert build("ebgan", **SMALL).family.margin == pytest.approx(10 * math.sqrt(64 / 784))


def test_the_papers_grid_of_energy_based_gans_is_reachable():
    flags = {"layers_g": 5, "layers_d": 4, "width_g": 16, "width_d": 12, "dropout": True, "margin": 16.0}
    names = [name for name, _ in build("ebgan", **flags).family.named_parameters() if "weight" in name]
    dense = [name for name in names if "norm" not in name]
    assert len([name for name in dense if name.startswith("generator")]) == 5
    assert len([name for name in dense if name.startswith("critic")]) == 4
    with pytest.raises(UserError, match="margin"):
        build("ebgan", margin=0.0)
    with pytest.raises(UserError, match="convolutional"):
        build("ebgan", convolutional=True, dropout=True)


def test_convolutions_of_energies_start_a_tenth_as_large_in_the_critic():
    """From N(0, 0.002²) and N(0, 0.02²), as in the paper."""
    family = build("ebgan", convolutional=True, **SMALL).family
    for part, deviation in (("critic", 0.002), ("generator", 0.02)):
        layers = [layer.weight for layer in family.get_submodule(part).modules() if isinstance(layer, WEIGHTED)]
        assert len(layers) >= 2
        for weight in layers:
            share = weight.detach().square().mean().sqrt().item() / deviation
            assert share == pytest.approx(1, abs=6 / math.sqrt(2 * weight.numel()))


def test_information_is_minimised_by_both_players_and_moves_no_label():
    family = build("infogan", width=4, hidden=16, weight=2.0, weight_continuous=0.25).family
    batch, latent, fake = dealt(family)
    for player in ("d", "g"):
        terms = family.terms(player, batch, latent, fake)
        for name, weight in (("information", 2), ("scale information", 0.25)):
            assert terms.minimise[name].item() == pytest.approx(-weight * terms.watch[name].item())
        assert batch.label is not None
        other = family.terms(player, batch._replace(label=batch.label.flip(0)), latent, fake)
        assert all(torch.equal(terms.minimise[name], value) for name, value in other.minimise.items())
    information = family.terms("g", batch, latent, fake).minimise["information"]
    for player in ("generator", "recogniser"):
        moved = torch.autograd.grad(
            information, list(family.get_submodule(player).parameters()), retain_graph=True, allow_unused=True
        )
        assert max(gradient.abs().max().item() for gradient in moved if gradient is not None) > 0
    assert family.references["information"] == pytest.approx(math.log(10))
    assert "recogniser" in family.players["d"]


class Mirrored(torch.nn.Module):
    def forward(self, x):
        return x.flip(3)


def test_two_views_of_real_images_share_information_in_the_critics_turn_only(monkeypatch):
    family: Any = build("infogan", width=4, hidden=16, invariance=0.5).family
    batch, latent, fake = dealt(family)
    monkeypatch.setattr(family, "view", Mirrored())
    terms = family.terms("d", batch, latent, fake)
    shared = terms.minimise["real information"]
    codes = [family._code_probabilities(family.critique(x, batch))[0] for x in (batch.real, batch.real.flip(3))]
    information, entropy = (value.item() for value in shared_information(*codes))
    assert shared.item() == pytest.approx(-0.5 * information, rel=1e-5)
    assert terms.minimise["evenness"].item() == pytest.approx(-entropy, rel=1e-5)
    assert terms.watch["real information"].item() == pytest.approx(information, rel=1e-5)
    same = shared_information(codes[0], codes[0])[0].item()
    assert abs(same - information) > 1e-6
    for player in ("critic", "recogniser"):
        weights = [p for p in family.get_submodule(player).parameters() if p.dim() > 1]
        moved = torch.autograd.grad(shared, weights, retain_graph=True, allow_unused=True)
        assert sum(gradient is not None and gradient.abs().max() > 0 for gradient in moved) >= 2
    assert "real information" not in family.terms("g", batch, latent, fake).minimise
    plain = build("infogan", width=4, hidden=16).family
    assert "real information" not in plain.terms("d", *dealt(plain)).watch


def test_traversed_codes_change_nothing_else():
    family = build("infogan", width=4, hidden=16).family
    latent = family.latent(6, rng=torch.Generator().manual_seed(0))
    changed = family.with_code(latent, "c3", 1.5)
    assert torch.equal(changed["noise"], latent["noise"])
    assert torch.equal(changed["category"], latent["category"])
    assert torch.equal(changed["continuous"][:, 0], latent["continuous"][:, 0])
    assert (changed["continuous"][:, 1] == 1.5).all()
    assert (family.with_code(latent, "c1", 4)["category"] == 4).all()


@pytest.mark.parametrize(
    ("recipe", "flags"),
    [
        ("cgan", {}),
        ("conditional_dcgan", {"width": 4, "hidden": 8}),
        ("labelled_dcgan", {"width": 4, "hidden": 8}),
        ("labelled_dcgan", {"width": 4, "hidden": 0}),
    ],
)
def test_fakes_carry_the_labels_of_the_real_batch(recipe, flags):
    family = build(recipe, **flags).family.eval()
    batch, latent, fake = dealt(family)
    label = batch.label
    assert label is not None
    asked = {**latent, "label": batch.label}
    assert torch.equal(family.generate(asked), fake)
    other = batch._replace(label=(label + 1) % 3)
    assert not torch.equal(family.generate(latent, other), fake)
    critic = family.get_submodule("critic")
    with torch.no_grad():
        assert not torch.equal(critic(batch.real, label).score, critic(batch.real, other.label).score)


def test_the_label_joins_the_input_of_every_layer():
    data = DataSpec("toy", "images", (32, 32, 1), ("a", "b", "c"), 40)
    family = build("conditional_dcgan", data, width=2, hidden=8).family
    named = family.named_modules()
    names: dict[nn.Module, str] = {layer: name for name, layer in named if isinstance(layer, WEIGHTED)}
    given: dict[str, torch.Tensor] = {}
    for layer in names:
        layer.register_forward_pre_hook(lambda layer, inputs: given.update([(names[layer], inputs[0])]))
    batch, latent, fake = dealt(family, data)
    assert batch.label is not None
    family.get_submodule("critic")(fake, batch.label)
    generator = ["dense", "project", "ups.0", "ups.1", "to_image"]
    critic = ["downs.0", "downs.1", "downs.2", "dense", "head"]
    assert list(given) == [*(f"generator.{name}" for name in generator), *(f"critic.{name}" for name in critic)]
    onehot = torch.eye(3)[batch.label]
    for name, x in given.items():
        label = x[:, -3:].flatten(2) if x.dim() == 4 else x[:, -3:, None]
        assert torch.equal(label, onehot[:, :, None].expand_as(label)), name
    assert torch.equal(given["generator.dense"][:, :-3], latent["noise"])
    assert given["generator.project"].shape == given["critic.head"].shape == (12, 8 + 3)
    assert torch.equal(given["critic.downs.0"][:, :-3], fake)


def test_dense_networks_that_are_told_the_class_are_the_papers():
    family = build("cgan").family
    shapes = {name: tuple(p.shape) for name, p in family.named_parameters() if p.dim() > 1}
    assert shapes == {
        "generator.of_noise.weight": (200, 100),
        "generator.of_label.weight": (1000, 3),
        "generator.joint.weight": (1200, 200 + 1000),
        "generator.to_data.weight": (64, 1200),
        "critic.of_data.linear.weight": (240 * 5, 64),
        "critic.of_label.linear.weight": (50 * 5, 3),
        "critic.joint.linear.weight": (240 * 4, 240 + 50),
        "critic.head.weight": (1, 240),
    }


def test_a_rate_of_nothing_is_not_the_usual_one():
    assert build("labelled_dcgan", width=4, lr_d=0.0).optimizers["d"].lr == 0
    assert build("labelled_dcgan", width=4).optimizers["d"].lr == 5e-4


def test_the_label_joins_the_latent_and_the_dense_layer_alone():
    family = build("labelled_dcgan", width=4, hidden=8, strength=3.0).family.eval()
    inputs = {name: p.shape[1] for name, p in family.named_parameters() if p.dim() > 1}
    assert inputs["generator.body.dense.weight"] == 103
    assert inputs["generator.body.project.weight"] == 8
    assert inputs["critic.maps.down0.weight"] == 1
    critic = family.get_submodule("critic")
    image, labels = torch.rand(2, 1, 8, 8), torch.tensor([0, 2])
    codes = critic.get_submodule("maps")(image)
    dense = critic.get_submodule("dense")(torch.cat([codes, 3 * torch.eye(3)[labels]], 1))
    code = torch.nn.functional.leaky_relu(critic.get_submodule("norm")(dense), 0.2)
    assert torch.equal(critic(image, labels).feature, code)


def test_from_32_pixels_on_labels_are_as_loud_in_the_latent_and_join_the_critics_last_map():
    data = DataSpec("toy", "images", (32, 32, 3), ("a", "b", "c"), 100)
    family = build("labelled_dcgan", data, width=4, strength=3.0).family.eval()
    noise, labels = torch.randn(2, 100), torch.tensor([0, 2])
    onehot = 3 * torch.eye(3)[labels]
    generator, critic = family.get_submodule("generator"), family.get_submodule("critic")
    assert torch.equal(generator(noise, labels), generator.get_submodule("body")(torch.cat([noise, onehot], 1)))
    image = torch.rand(2, 3, 32, 32)
    maps = critic.get_submodule("maps")(image)
    assert maps.shape == (2, 32, 4, 4)
    told = torch.cat([maps, onehot[:, :, None, None].expand(2, 3, 4, 4)], 1)
    code = torch.nn.functional.leaky_relu(
        critic.get_submodule("norm")(critic.get_submodule("dense")(told)), 0.2
    )
    critique = critic(image, labels)
    assert critique.feature.shape == (2, 512)
    assert torch.equal(critique.feature, code.permute(0, 2, 3, 1).flatten(1))
    torch.testing.assert_close(critique.score, critic.get_submodule("head")(critique.feature).flatten())


def test_from_32_pixels_on_each_class_weighs_the_features_by_itself():
    data = DataSpec("toy", "images", (32, 32, 3), ("a", "b", "c"), 100)
    experiment = build("labelled_dcgan", data, width=4)
    family = experiment.family.eval()
    critic = family.get_submodule("critic")
    image, labels = torch.rand(2, 3, 32, 32), torch.tensor([0, 2])
    critique = critic(image, labels)
    assert critique.feature.shape == (2, 512)
    named = dict(critic.named_parameters())
    weights = named["head.weight"] + named["of_class.weight"].T[labels]
    torch.testing.assert_close(critique.score, (critique.feature * weights).sum(1))
    assert all(not optimizer.schedules for optimizer in experiment.optimizers.values())
    noise = torch.randn(2, 100)
    told = torch.cat([noise, 10 * torch.eye(3)[labels]], 1)
    generator = family.get_submodule("generator")
    assert torch.equal(generator(noise, labels), generator.get_submodule("body")(told))
    assert experiment.objective == "non_saturating"


def test_a_run_of_32_pixels_from_before_the_projection_keeps_its_game():
    data = DataSpec("toy", "images", (32, 32, 3), ("a", "b", "c"), 100)
    experiment = build("labelled_dcgan", data, width=4, strength=10.0, objective="relativistic")
    names = {name for name, _ in experiment.family.named_parameters()}
    assert {"critic.dense.weight", "critic.norm.weight"} <= names
    assert "critic.of_class.weight" not in names
    assert (experiment.objective, experiment.ema) == ("relativistic", 0.999)
    assert all(set(optimizer.schedules) == {"lr"} for optimizer in experiment.optimizers.values())
    # What seed 0 began with: the generator is drawn and shaped before the critic is drawn.
    first = next(iter(experiment.family.get_submodule("critic").parameters()))
    torch.manual_seed(0)
    shape: dict[str, Any] = {"classes": 3, "width": 4, "hidden": 0, "strength": 10.0}
    normal_weights(ToldGenerator(32, 3, latent=100, **shape))
    assert torch.equal(first, next(normal_weights(LateCritic(32, 3, **shape)).parameters()))


def test_rates_fall_late_but_not_in_the_first_images():
    optimizers = build("labelled_dcgan", width=4).optimizers

    def rates(budget):
        progress = [Progress(0, int(budget * done), 0.0, done) for done in (0.0, 0.5, 0.75, 0.9, 1.0)]
        return [optimizers["g"].schedules["lr"](at) / 1e-3 for at in progress]

    assert rates(600_000) == pytest.approx([1, 1, 0.5, 0.2, 0])
    assert rates(100_000) == pytest.approx([1, 1, 0.5, 0.2, 0])
    assert rates(62_500) == pytest.approx([1, 1, 1, 0.5, 0])
    assert rates(50_000) == rates(1_000) == rates(0) == [1] * 5


def test_a_run_of_32_pixels_from_before_keeps_its_dense_layers():
    data = DataSpec("toy", "images", (32, 32, 3), ("a", "b", "c"), 100)
    family = build("labelled_dcgan", data, width=4, hidden=8, strength=3.0).family.eval()
    shapes = {name: tuple(p.shape) for name, p in family.named_parameters()}
    assert shapes["generator.body.dense.weight"] == (8, 103)
    assert shapes["critic.dense.weight"] == (8, 4 * 4 * 32 + 3)
    noise, labels = torch.randn(2, 100), torch.tensor([0, 2])
    generator = family.get_submodule("generator")
    plain = torch.cat([noise, torch.eye(3)[labels]], 1)
    assert torch.equal(generator(noise, labels), generator.get_submodule("body")(plain))


def test_the_relativistic_game_depends_on_differences_alone():
    family = build("r3gan", width=16).family
    batch, latent, fake = dealt(family)
    real = Batch(batch.real.requires_grad_(), batch.label)
    before = family.terms("d", real, latent, fake).minimise
    head = family.get_submodule("critic.head")
    hook = head.register_forward_hook(lambda module, inputs, output: output.add(100))
    after = family.terms("d", real, latent, fake).minimise
    hook.remove()
    assert set(before) == {"adversarial", "r1", "r2"}
    for name in before:
        torch.testing.assert_close(after[name], before[name], atol=1e-4, rtol=1e-4)


def test_the_rate_of_r3gan_falls_to_a_quarter_on_a_cosine():
    schedule = build("r3gan", width=16, lr=4e-4).optimizers["g"].schedules["lr"]
    rates = [schedule(Progress(0, 0, 0.0, fraction)) for fraction in (0.0, 0.5, 1.0)]
    assert rates == pytest.approx([4e-4, 2.5e-4, 1e-4])


@pytest.mark.parametrize("pack", [1, 2, 4])
def test_packing_widens_the_first_layer_of_the_critic_and_nothing_else(pack):
    def shapes(pack, data):
        family = build("pacgan", data, pack=pack, width=8).family
        return {name: tuple(p.shape) for name, p in family.named_parameters()}

    for data, first, axis in (
        (DATA, "critic.body.down0.weight", 1),
        (PLANE, "critic.body.maxout0.linear.weight", 1),
    ):
        plain, packed = shapes(1, data), shapes(pack, data)
        assert packed[first][axis] == pack * plain[first][axis]
        del plain[first], packed[first]
        assert plain == packed


@pytest.mark.parametrize(
    ("recipe", "flags"),
    [
        ("pacgan", {"pack": 17}),
        ("infogan", {"categories": (1,)}),
        ("infogan", {"invariance": -1.0}),
        ("wgan", {"clip": 0.0}),
        ("r3gan", {"width": 12, "group": 16}),
        ("dcgan", {"augment": "blur"}),
        ("labelled_dcgan", {"augment": "blur"}),
        ("labelled_dcgan", {"augment_target": 0.6}),
    ],
)
def test_flags_that_make_no_sense_are_refused(recipe, flags):
    with pytest.raises(UserError):
        build(recipe, **flags)


def test_phases_are_shuffled_between_layers_or_refused():
    def built(samples, shuffle):
        return build("wave_gan", DataSpec("toy", "waves", (1, samples), (), 10), width=2, shuffle=shuffle)

    built(256, 63)
    with pytest.raises(UserError, match="--shuffle must be below 64"):
        built(256, 64)


def test_a_critic_of_points_has_a_unit_at_least():
    family = build("wgan", DataSpec("toy", "points", (2,), (), 10), width=1).family
    critic = family.get_submodule("critic")
    with torch.no_grad():
        assert critic(torch.randn(8, 2)).score.unique().numel() == 8


def test_an_augmented_critic_of_labelled_images_sees_what_is_augmented():
    family = build("labelled_dcgan", width=4, hidden=8, augment="color,translation,cutout").family
    assert isinstance(family, Vanilla)
    assert family.augment is not None
    batch, latent, fake = dealt(family)
    told, seen = [], []
    family.augment.register_forward_hook(lambda module, inputs, output: seen.append(output))
    family.get_submodule("critic").register_forward_hook(lambda module, inputs, output: told.append(inputs))
    for player in ("d", "g"):
        family.terms(player, batch, latent, fake)
    assert len(told) == len(seen) == 4
    for (image, label), changed in zip(told, seen, strict=True):
        assert image is changed
        assert label is batch.label


EQUILIBRIA = {  # d/adversarial, g/adversarial, D(x); None where optimal critics differ
    "gan": (LN2, LN2, 0.5),  # averages its real and its fake part, as do the next two
    "mlp_gan": (LN2, LN2, 0.5),
    "dcgan_upsample": (LN2, LN2, 0.5),
    "dcgan": (2 * LN2, LN2, 0.5),
    "cs231n_lsgan": (1 / 4, 1 / 8, 0.5),
    "sngan": (2.0, None, None),
    "wgan_gp": (0.0, None, None),
    "r3gan": (LN2, LN2, None),
}


def smallest(name):
    side = recipes.get(name).nearest_size(8)
    return DataSpec("toy", "images", (side, side, 1), DATA.classes, 40)


OF_IMAGES = [name for name, recipe in recipes.items() if "images" in recipe.needs]
VANILLA = [name for name in OF_IMAGES if isinstance(build(name, smallest(name)).family, Vanilla)]


@pytest.mark.parametrize("name", VANILLA)
def test_the_stated_equilibrium_is_what_the_game_minimises_there(name, monkeypatch):
    """A critic that answers every example with the same optimal score scores what the references say."""
    data = smallest(name)
    family: Any = build(name, data).family
    score = family.objective.level or 0.0

    def critique(x, batch):
        said = 0 * x.flatten(1).sum(1) + score
        return Critique(said, torch.zeros(len(x), 1), (said[:, None],))

    monkeypatch.setattr(family, "critique", critique)
    monkeypatch.setattr(family, "extra_terms", lambda *arguments: Terms({}))
    real, fake = (torch.rand(16, *data.tensor_shape, requires_grad=True) for _ in range(2))
    label = torch.zeros(16, dtype=torch.int64)
    terms = {player: family.terms(player, Batch(real, label), None, fake) for player in ("d", "g")}
    found = {f"{player}/adversarial": one.minimise["adversarial"].item() for player, one in terms.items()}
    found |= {what: value.item() for what, value in terms["d"].watch.items()}
    stated = {what: value for what, value in family.references.items() if what in found}
    assert {"d/adversarial"} <= stated.keys()
    assert stated == pytest.approx({what: found[what] for what in stated}, abs=1e-6)
    if name in EQUILIBRIA:
        names = ("d/adversarial", "g/adversarial", "D(x)")
        assert tuple(map(family.references.get, names)) == pytest.approx(EQUILIBRIA[name])


def test_a_critic_of_few_images_redraws_the_reals_that_it_sees_in_its_own_turn():
    colour = DataSpec("folder", "images", (32, 32, 3), ("all",), 40)
    family = build("fast_gan", colour, width=2, redraw=3.0).family
    batch, latent, fake = dealt(family, colour, n=4)
    said: list[Any] = []
    critic: Any = family.get_submodule("critic")
    critic.register_forward_hook(lambda layer, given, critique: said.append(critique))
    terms = family.terms("d", batch, latent, fake.detach())
    assert (said[0].maps[0] - batch.real).abs().max() > 0.1  # changed before it is seen
    expected = 3 * redrawing_error(critic, said[0]).mean().item()
    assert terms.minimise["redrawing"].item() == pytest.approx(expected, rel=1e-4)
    assert set(family.terms("g", batch, latent, fake).minimise) == {"adversarial"}
    experiment = build("fast_gan", colour, width=2, redraw=0.0)
    assert (experiment.objective, build("fast_gan", colour, width=2).objective) == (
        "hinge",
        "hinge + redrawing",
    )
    without = experiment.family
    assert set(without.terms("d", batch, latent, fake.detach()).minimise) == {"adversarial"}
