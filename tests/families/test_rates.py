"""How every recipe descends: numbers of papers and their code, or of docstrings where a recipe leaves these."""

import math

import pytest

from saddlepoint.core.experiment import DataSpec, recipes
from saddlepoint.core.protocol import START
from saddlepoint.core.vocabulary import Vocabulary

CLASSES = ("a", "b", "c")
DIGITS = DataSpec("digits", "images", (8, 8, 1), CLASSES, 40)
PHOTOS = DataSpec("photos", "images", (32, 32, 3), CLASSES, 40)
POINTS = DataSpec("points", "points", (2,), CLASSES, 40)
VIEWS = DataSpec("views", "views", (2, 16, 16, 3), (), 40)
SOUNDS = DataSpec("sounds", "waves", (1, 256), (), 40, rate=8_000)
SONGS = DataSpec("songs", "waves", (1, 1_024), (), 40, rate=8_000)
TEXTS = DataSpec("texts", "tokens", (20,), (), 40, vocabulary=Vocabulary.of_numbers(6))


def adam(lr, betas=(0.5, 0.999), decay=0.0):
    return {"kind": "adam", "lr": lr, "betas": betas, "weight_decay": decay, "clip": None}


def sgd(lr, momentum=0.0):
    return {"kind": "sgd", "lr": lr, "momentum": momentum, "weight_decay": 0.0, "clip": None}


def rmsprop(lr, clip=None):
    return {"kind": "rmsprop", "lr": lr, "weight_decay": 0.0, "clip": clip}


def both(rule):
    return {"d": rule, "g": rule}


USUAL, NONE = (0.9, 0.999), (0.0, 0.99)  # betas: Adam's own, and those of games without momentum
THIN = {"width": 4}

# recipe, data, flags; each player's rule, batch, decay of the average of weights
RECIPES: list[tuple[str, DataSpec, dict, dict[str, dict], int, float]] = [
    ("gan", DIGITS, {}, both(sgd(0.1, 0.5)), 100, 0),
    ("mlp_gan", DIGITS, {}, both(adam(2e-4)), 64, 0),
    ("dcgan", DIGITS, THIN, {"d": adam(5e-4), "g": adam(1e-3)}, 64, 0.999),
    ("dcgan", PHOTOS, THIN, both(adam(2e-4)), 64, 0.999),
    ("dcgan", DIGITS, {"paper": True, **THIN}, both(adam(2e-4, decay=1e-5)), 128, 0),
    ("dcgan", PHOTOS, {"paper": True, **THIN}, both(adam(2e-4, decay=1e-5)), 128, 0),
    ("dcgan_upsample", PHOTOS, {}, both(adam(2e-4)), 64, 0),
    ("cs231n_fc", DIGITS, {}, both(adam(1e-3)), 128, 0),
    ("cs231n_lsgan", DIGITS, {}, both(adam(1e-3)), 128, 0),
    ("cs231n_dc", DataSpec("mnist", "images", (28, 28, 1), (), 40), {}, both(adam(1e-3)), 128, 0),
    ("cgan", DIGITS, {}, both(adam(1e-3)), 100, 0),
    ("conditional_dcgan", DIGITS, THIN, both(adam(2e-4, decay=2.5e-5)), 128, 0),
    ("labelled_dcgan", DIGITS, THIN, {"d": adam(5e-4), "g": adam(1e-3)}, 64, 0.999),
    ("labelled_dcgan", PHOTOS, THIN, both(adam(2e-4)), 64, 0.9),
    ("labelled_dcgan", PHOTOS, {**THIN, "strength": 10.0}, both(adam(2e-4)), 64, 0.999),
    ("infogan", DIGITS, THIN, {"d": adam(2e-4), "g": adam(1e-3)}, 128, 0),
    ("lapgan", DIGITS, {"levels": 1}, {"d8": adam(1e-3), "g8": adam(5e-4)}, 64, 0),
    ("lapgan", PHOTOS, {"levels": 1, "hidden": 4}, {"d32": adam(2e-4), "g32": adam(2e-4)}, 64, 0),
    ("lapgan", DIGITS, {"levels": 1, "paper": True}, {"d8": sgd(0.02, 0.5), "g8": sgd(0.02, 0.5)}, 64, 0),
    ("wgan", DIGITS, THIN, {"d": rmsprop(5e-4, 0.01), "g": rmsprop(5e-4)}, 64, 0),
    ("wgan", PHOTOS, THIN, {"d": rmsprop(5e-5, 0.01), "g": rmsprop(5e-5)}, 64, 0),
    ("wgan", POINTS, THIN, {"d": rmsprop(5e-4, 0.01), "g": rmsprop(5e-4)}, 64, 0),
    ("wgan_gp", DIGITS, THIN, both(adam(1e-3, (0.0, 0.9))), 64, 0.999),
    ("wgan_gp", PHOTOS, THIN, both(adam(1e-4, (0.0, 0.9))), 64, 0.999),
    ("wgan_gp", POINTS, THIN, both(adam(1e-3, (0.0, 0.9))), 64, 0.999),
    ("sngan", DIGITS, THIN, {"d": adam(2e-4), "g": adam(1e-3)}, 64, 0.999),
    ("sngan", PHOTOS, THIN, both(adam(2e-4)), 64, 0.999),
    ("sngan", POINTS, THIN, {"d": adam(2e-4), "g": adam(1e-3)}, 64, 0.999),
    ("pacgan", DIGITS, THIN, {"d": adam(2e-4), "g": adam(1e-3)}, 2 * 64, 0),
    ("pacgan", PHOTOS, {"pack": 3, **THIN}, both(adam(2e-4)), 3 * 64, 0),
    ("pacgan", POINTS, THIN, both(adam(1e-4, (0.8, 0.999))), 2 * 100, 0),
    ("r3gan", DIGITS, {"width": 16}, both(adam(1e-3, NONE)), 64, 0.999),
    ("r3gan", PHOTOS, {"width": 16, "paper": True}, both(adam(2e-4, NONE)), 512, 0.999),
    ("r3gan", POINTS, THIN, both(adam(1e-3, NONE)), 256, 0.999),
    ("deligan", POINTS, THIN, both(adam(1e-3, NONE)), 512, 0),
    ("fast_gan", PHOTOS, THIN, both(adam(2e-4)), 16, 0.999),
    ("projected_gan", PHOTOS, {"heads": 4, **THIN}, {"d": adam(2e-4, NONE), "g": adam(1e-3, NONE)}, 16, 0.99),
    ("ebgan", DIGITS, {}, both(adam(1e-3)), 64, 0),
    ("ebgan_pt", DIGITS, {}, both(adam(1e-3)), 64, 0),
    ("ebgan", DIGITS, {"convolutional": True, "width_g": 4, "width_d": 4}, both(adam(2e-4)), 64, 0),
    ("srresnet", PHOTOS, THIN, {"p": adam(5e-4, USUAL)}, 16, 0),
    ("srgan", PHOTOS, THIN, {"p": adam(5e-4, USUAL), **both(adam(1e-4, USUAL))}, 16, 0),
    (
        "style_structure",
        VIEWS,
        THIN,
        {"dn": adam(3e-4), "gn": adam(1e-3), "e": adam(1e-3)}
        | dict.fromkeys(("dp", "gp", "d", "g"), adam(5e-4)),
        32,
        0,
    ),
    ("wave_gan", SOUNDS, THIN, both(adam(1e-3, (0.5, 0.9))), 64, 0.99),
    ("wave_gan", SONGS, THIN, both(adam(5e-4, (0.5, 0.9))), 64, 0.99),
    ("sound_gan", SOUNDS, {}, both(adam(1e-3)), 64, 0.99),
    ("seq_gan", TEXTS, {}, {"mle": adam(1e-2, USUAL), "d": adam(1e-4, USUAL), "g": adam(1e-3, USUAL)}, 64, 0),
    ("melody_gan", TEXTS, {}, {"mle": adam(5e-3, USUAL), **both(adam(5e-4, USUAL))}, 64, 0),
    ("seq_mle", TEXTS, {}, {"g": adam(1e-2, USUAL)}, 64, 0),
    ("vae", DIGITS, {}, {"g": adam(1e-3, USUAL)}, 128, 0),
    ("rbm", DIGITS, {}, {"m": sgd(0.05)}, 100, 0),
    ("nce", POINTS, {}, {"c": adam(2e-3, USUAL)}, 512, 0),
    ("predictability", POINTS, {}, {"p": adam(1e-2, USUAL), "e": adam(1e-3, USUAL)}, 128, 0),
]


@pytest.mark.parametrize(
    ("name", "data", "flags", "rules", "batch", "ema"),
    RECIPES,
    ids=["-".join([row[0], row[1].name, *(flag for flag in row[2] if flag != "width")]) for row in RECIPES],
)
def test_recipes_descend_as_they_say(name, data, flags, rules, batch, ema):
    experiment = recipes.get(name).build(data, **flags)
    found = experiment.optimizers
    assert {p: {key: getattr(found[p], key) for key in rule} for p, rule in rules.items()} == rules
    assert found.keys() == rules.keys()
    assert (experiment.batch, experiment.ema) == (batch, ema)
    for optimizer in found.values():
        for scheduled, schedule in optimizer.schedules.items():
            assert schedule(START) == pytest.approx(getattr(optimizer, scheduled)), scheduled


STAGED = {"e": 1.0, "dn": 2.0, "gn": 3.0, **dict.fromkeys(("dp", "gp", "d", "g"), 4.0)}


@pytest.mark.parametrize(
    ("name", "data", "rates", "expected"),
    [
        ("style_structure", VIEWS, {"lr": 1.0, "lr_d": 2.0, "lr_g": 3.0, "lr_style": 4.0}, STAGED),
        ("srgan", PHOTOS, {"lr": 1.0, "lr_d": 2.0, "lr_g": 3.0}, {"p": 1.0, "d": 2.0, "g": 3.0}),
        ("seq_gan", TEXTS, {"lr": 1.0, "lr_d": 2.0, "lr_g": 3.0}, {"mle": 1.0, "d": 2.0, "g": 3.0}),
        ("lapgan", DIGITS, {"lr_d": 1.0, "lr_g": 2.0}, {"d4": 1.0, "g4": 2.0, "d8": 1.0, "g8": 2.0}),
        ("predictability", POINTS, {"lr_p": 1.0, "lr_e": 2.0}, {"p": 1.0, "e": 2.0}),
    ],
)
def test_every_rate_is_its_own_players(name, data, rates, expected):
    found = recipes.get(name).build(data, **rates).optimizers
    assert {player: optimizer.lr for player, optimizer in found.items()} == expected


def at(**changes):
    return START._replace(**changes)


def test_the_first_gans_momentum_rises_over_250_epochs_and_its_rate_falls_at_every_step():
    """The paper's mnist.yaml: momentum up to 0.7 at epoch 250, the rate divided by 1.000004 down to 1e-6."""
    schedules = recipes.get("gan").build(DIGITS).optimizers["d"].schedules
    momenta = [schedules["momentum"](at(epochs=epochs)) for epochs in (0.0, 1.0, 125.5, 250.0, 1000.0)]
    assert momenta == pytest.approx([0.5, 0.5, 0.6, 0.7, 0.7])
    rates = [schedules["lr"](at(step=step)) for step in (0, 1, 250_000, 10_000_000)]
    assert rates == pytest.approx([0.1, 0.1 / 1.000004, 0.1 * math.exp(-1), 1e-6], rel=1e-5)


@pytest.mark.parametrize(
    ("name", "data", "player", "shares"),
    [
        ("rbm", DIGITS, "m", [1, 0.75, 0.5, 0]),
        ("nce", POINTS, "c", [1, (1 + math.sqrt(0.5)) / 2, 0.5, 0]),
    ],
)
def test_rates_of_likelihoods_fall_to_zero(name, data, player, shares):
    schedule = recipes.get(name).build(data, lr=0.3).optimizers[player].schedules["lr"]
    rates = [schedule(at(fraction=fraction)) for fraction in (0.0, 0.25, 0.5, 1.0)]
    assert rates == pytest.approx([0.3 * share for share in shares])
