"""Kinds of runs: left alone, or with a fault that was put there; and on which data each is made."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from benchmarks.doctor import spoils
from benchmarks.doctor.spoils import Spoil

CHOOSING, REPORTING = "choosing", "reporting"


class Source(NamedTuple):
    """Data that runs are made of.

    Attributes:
        half: whether limits were set on it, or are reported.
        size: side at which images are learned.
        length: samples of its sounds that are kept.
        width: of networks that have one, so that a run takes half a minute.
    """

    half: str
    size: int | None = None
    length: int | None = None
    width: int | None = None


SOURCES = {
    "digits": Source(CHOOSING),
    "cifar10": Source(CHOOSING, 16, width=16),
    "ring8": Source(CHOOSING),
    "ma8": Source(CHOOSING),
    "oracle:50": Source(CHOOSING),
    "manual": Source(CHOOSING),
    "mnist": Source(REPORTING, 14, width=16),
    "grid25": Source(REPORTING),
    "mixture1d": Source(REPORTING),
    "tones": Source(REPORTING, length=128),
    "decimal": Source(REPORTING),
}
PLAIN = str.maketrans({" ": "-", "×": "x", ":": "-"})  # in names of files
FIRST = {CHOOSING: 0, REPORTING: 1}  # seeds are this, this + 2, ...


@dataclass(frozen=True)
class Scenario:
    """A run of a known kind.

    Attributes:
        recipe: what is trained.
        images: for how long.
        on: names of sources.
        expected: conditions any of which names the cause; none for a healthy run.
        flags: of the recipe, and settings of ``train``.
        spoil: what is done to the data first.
        slip: the mistake of a copy of the recipe.
    """

    recipe: str
    images: int
    on: tuple[str, ...]
    expected: tuple[str, ...] = ()
    flags: dict[str, Any] = field(default_factory=dict)
    spoil: Spoil | None = None
    slip: str = ""


class Case(NamedTuple):
    """A scenario on a source with a seed."""

    name: str
    data: str
    seed: int

    @property
    def scenario(self) -> Scenario:
        """What is done."""
        return SCENARIOS[self.name]

    @property
    def half(self) -> str:
        """Whether limits are set on it, or reported."""
        return SOURCES[self.data].half

    @property
    def folder(self) -> str:
        """A name for files."""
        return f"{self.name} on {self.data} {self.seed}".translate(PLAIN)


GREY, POINTS, WAVES = ("digits", "mnist"), ("ring8", "grid25"), ("ma8", "tones")
TEXTS = ("manual", "decimal")
IMAGES = (*GREY, "cifar10")
SMALL = {"width": 128, "batch": 512}  # for points, so that half a minute shows enough of them
MACHINE = {"hidden": 128}
# Conditions any of which names the cause.
STILL = ("untrained", "critic-too-weak")
TORN = ("rate-too-high", "diverged", "mode-collapse", "dead-units", "saturated-output", "critic-overpowers")
CLIMBING = ("generator-climbs", "critic-overpowers", "mode-collapse", "diverged", "saturated-output")
INSIDE_OUT = ("critic-upside-down", "critic-too-weak")
BY_HEART = ("memorised", "critic-overfits", "data-faults")

SCENARIOS = {
    # Left alone, for about as long as it takes until results are worth seeing.
    "healthy dcgan": Scenario("dcgan", 20_000, IMAGES),
    "healthy labelled_dcgan": Scenario("labelled_dcgan", 100_000, ("digits",)),
    "healthy sngan": Scenario("sngan", 12_000, IMAGES),
    "healthy wgan_gp": Scenario("wgan_gp", 25_000, GREY),
    "healthy conditional": Scenario("conditional_dcgan", 22_000, GREY),
    "healthy infogan": Scenario("infogan", 30_000, GREY),
    "healthy ebgan": Scenario("ebgan", 30_000, GREY),
    "healthy pacgan": Scenario("pacgan", 30_000, ("digits",)),
    "healthy r3gan": Scenario("r3gan", 12_000, ("digits",)),
    "healthy vae": Scenario("vae", 120_000, GREY),
    "healthy r3gan of points": Scenario("r3gan", 400_000, (*POINTS, "mixture1d"), flags=SMALL),
    "healthy wgan_gp of points": Scenario("wgan_gp", 600_000, (*POINTS, "mixture1d"), flags=SMALL),
    "healthy vae of points": Scenario("vae", 250_000, ("ring8", "mixture1d")),
    "healthy wave_gan": Scenario("wave_gan", 100_000, WAVES),
    "healthy sound_gan": Scenario("sound_gan", 40_000, ("ma8",)),
    "healthy mlp_gan": Scenario("mlp_gan", 180_000, GREY),
    "healthy deligan of points": Scenario("deligan", 1_000_000, POINTS),
    "healthy rbm": Scenario("rbm", 260_000, GREY, flags=MACHINE),
    "healthy seq_mle": Scenario("seq_mle", 60_000, ("oracle:50", *TEXTS)),
    # Players that do not move, or from some time on move alone.
    "frozen critic": Scenario("dcgan", 8_000, IMAGES, STILL, {"lr_d": 0.0}),
    "frozen generator": Scenario("dcgan", 8_000, GREY, ("untrained",), {"lr_g": 0.0}),
    "slow generator": Scenario("sngan", 8_000, GREY, ("untrained", "critic-overpowers"), {"lr_g": 1e-6}),
    "generator alone": Scenario(
        "dcgan", 12_000, GREY, ("player-stopped", "critic-too-weak", "mode-collapse"), slip="generator_alone"
    ),
    "critic alone": Scenario(
        "dcgan", 12_000, GREY, ("player-stopped", "critic-overpowers"), slip="critic_alone"
    ),
    "frozen critic of points": Scenario("r3gan", 60_000, POINTS, STILL, SMALL, slip="generator_only"),
    "frozen generator of points": Scenario("r3gan", 60_000, POINTS, ("untrained",), SMALL, slip="critic_only"),
    "frozen critic of sounds": Scenario("wave_gan", 20_000, WAVES, STILL, slip="generator_only"),
    "frozen generator of sounds": Scenario("wave_gan", 20_000, WAVES, ("untrained",), slip="critic_only"),
    "weak critic": Scenario("mlp_gan", 30_000, GREY, STILL, {"lr_d": 1e-6, "lr_g": 2e-3}),
    "strong critic": Scenario(
        "dcgan",
        40_000,
        GREY,
        ("critic-overpowers",),
        {"objective": "minimax", "critic_steps": 4, "lr_d": 2e-3, "lr_g": 5e-5},
    ),
    # Slips of a copy.
    "wrong sign": Scenario("sngan", 8_000, IMAGES, CLIMBING, slip="wrong_sign"),
    "wrong sign of points": Scenario("wgan_gp", 60_000, POINTS, CLIMBING, SMALL, slip="wrong_sign"),
    "wrong sign of sounds": Scenario("wave_gan", 30_000, WAVES, CLIMBING, slip="wrong_sign"),
    "swapped labels": Scenario("sngan", 8_000, IMAGES, INSIDE_OUT, slip="swapped"),
    "swapped labels of points": Scenario("r3gan", 100_000, POINTS, INSIDE_OUT, SMALL, slip="swapped"),
    "dropped classes": Scenario("sngan", 12_000, GREY, ("mode-collapse",), slip="holed"),
    "dropped modes": Scenario("r3gan", 400_000, POINTS, ("mode-collapse",), SMALL, slip="holed"),
    "noisy labels": Scenario("dcgan", 12_000, GREY, ("critic-too-weak",), slip="noisy_labels"),
    "turns of 100 steps": Scenario("mlp_gan", 220_000, GREY, ("oscillation",), slip="long_turns"),
    "logarithm of nothing": Scenario(
        "mlp_gan", 60_000, GREY, ("diverged",), {"lr_d": 1e-2}, slip="naive_logarithm"
    ),
    "no noise": Scenario("labelled_dcgan", 20_000, GREY, ("lost-variety", "mode-collapse"), slip="no_noise"),
    # Slips in what layers are, and in how samples are drawn.
    "low biases": Scenario("cs231n_fc", 30_000, GREY, ("dead-units",), slip="low_biases"),
    "low biases of points": Scenario("wgan_gp", 300_000, POINTS, ("dead-units",), SMALL, slip="low_biases"),
    "loud output": Scenario("sngan", 8_000, IMAGES, ("saturated-output",), slip="loud"),
    "slow statistics": Scenario("dcgan", 20_000, GREY, ("batch-statistics",), slip="slow_statistics"),
    "narrow latents": Scenario("labelled_dcgan", 20_000, GREY, ("lost-variety",), slip="truncated"),
    "uneven pixels": Scenario(
        "sngan", 12_000, ("cifar10", "mnist"), ("checkerboard",), {"size": 16}, slip="uneven"
    ),
    "one turn a sample": Scenario("rbm", 260_000, GREY, ("chain-stuck",), {**MACHINE, "burn_in": 1}),
    "likeliest tokens": Scenario("seq_mle", 60_000, TEXTS, ("repeats",), slip="cold"),
    # Rates and weights.
    "generator's rate ×30": Scenario("dcgan", 10_000, GREY, TORN, {"lr_g": 3e-2}),
    "both rates ×30": Scenario("dcgan", 10_000, IMAGES, TORN, {"lr_g": 3e-2, "lr_d": 1.5e-2}),
    "rate ×30 of points": Scenario("r3gan", 150_000, POINTS, TORN, {**SMALL, "lr": 3e-2}),
    "rate ×30 of sounds": Scenario("wave_gan", 30_000, WAVES, TORN, {"lr": 3e-2}),
    "tiny margin": Scenario("ebgan", 12_000, GREY, ("margin",), {"margin": 1e-4}),
    "huge margin": Scenario("ebgan", 12_000, GREY, ("margin",), {"margin": 1e4}),
    "no reward for codes": Scenario("infogan", 25_000, GREY, ("codes-ignored",), {"reward": False}),
    "heavy divergence": Scenario("vae", 40_000, GREY, ("latent-unused",), {"beta": 50.0}),
    "narrow network of points": Scenario(
        "r3gan", 400_000, POINTS, ("between-modes",), {"width": 24, "batch": 512}
    ),
    "too short": Scenario("dcgan", 4_000, IMAGES, ("too-short",)),
    "too short of points": Scenario("r3gan", 60_000, POINTS, ("too-short",), SMALL),
    # Data.
    "100 images": Scenario("dcgan", 25_000, IMAGES, BY_HEART, spoil=spoils.few),
    "320 images": Scenario("dcgan", 40_000, GREY, ("critic-overfits", "memorised"), spoil=spoils.several),
    "320 labelled images": Scenario("labelled_dcgan", 40_000, GREY, ("memorised",), spoil=spoils.several),
    "100 points": Scenario("r3gan", 200_000, POINTS, BY_HEART, SMALL, spoils.few),
    "100 sounds": Scenario("wave_gan", 60_000, WAVES, BY_HEART, spoil=spoils.few),
    "repeated images": Scenario("sngan", 8_000, IMAGES, ("data-faults",), spoil=spoils.repeated),
    "repeated sounds": Scenario("wave_gan", 20_000, WAVES, ("data-faults",), spoil=spoils.repeated),
    "empty images": Scenario("sngan", 8_000, IMAGES, ("data-faults",), spoil=spoils.empty),
    "dim images": Scenario("sngan", 8_000, IMAGES, ("data-faults",), spoil=spoils.dim),
    "large points": Scenario("r3gan", 60_000, POINTS, ("data-faults",), SMALL, spoils.large),
    "mixed-up labels": Scenario("conditional_dcgan", 10_000, GREY, ("data-faults",), spoil=spoils.shuffled),
}


def cases(faulty: int, healthy: int) -> Iterator[Case]:
    """Yield the runs to be made, with so many seeds of each kind; those that limits are set on come first."""
    for half, first in FIRST.items():
        for name, scenario in SCENARIOS.items():
            for turn in range(faulty if scenario.expected else healthy):
                yield from (
                    Case(name, data, first + 2 * turn) for data in scenario.on if SOURCES[data].half == half
                )
