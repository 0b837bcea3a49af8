"""The GAN and its relatives on the same data in equal minutes, and what notes say of each."""

from typing import Any, Literal, NamedTuple

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Verdict
from saddlepoint.scoring.likelihood import likelihood

RECIPES = {
    "ring8": ("gan", "wgan_gp", "vae", "nce"),
    "digits": ("dcgan", "wgan_gp", "vae", "rbm", "nce", "predictability"),
    "mnist": ("dcgan", "wgan_gp", "vae", "rbm", "nce", "predictability"),
}
METRICS = {"ring8": ("modes",), "digits": ("frechet", "diversity", "sharpness")}
LAST = 20  # rows of the curves that a figure of training is the mean of

Mark = Literal["seen", "not seen", "not testable here"]


class Saying(NamedTuple):
    """A sentence of the notes, and what the trials say of it.

    Attributes:
        text: the sentence.
        mark: "seen" where every seed says so, "not seen" where one does not.
        figure: the numbers behind it, in words.
    """

    text: str
    mark: Mark
    figure: str


def sayings(findings: Findings) -> list[Saying]:
    """Return the sentences on each relative; raises Missing where the trials lack a figure."""
    gan, vae = (findings.by_seed(f"{recipe} digits", "sharpness") for recipe in ("dcgan", "vae"))
    blurred = all(vae[seed] < min(gan[seed], 1) for seed in gan.keys() & vae.keys())
    ring, digits = (findings.mean(f"nce {data}", "normalised") for data in ("ring8", "digits"))
    return [
        Saying(
            "A Boltzmann machine needs approximation.",
            "seen" if findings.mean("rbm digits", "annealing_error") > 0 else "not seen",
            "nobody sums over the 2^64 states of its smaller layer; log Z is known by annealing alone, to "
            f"{findings.show('rbm digits', 'annealing_error', 2)} nats",
        ),
        Saying(
            "A VAE has structure but is blurred.",
            "seen" if blurred else "not seen",
            "energy of fine detail over that of real digits: VAE "
            f"{findings.show('vae digits', 'sharpness')}, DCGAN {findings.show('dcgan digits', 'sharpness')}",
        ),
        Saying(
            "Noise-contrastive estimation has a fixed noise.",
            "seen" if (ring, digits) == (1, 0) else "not seen",
            f"on the ring, which the noise covers, {findings.show('nce ring8', 'log_likelihood')} nats, the "
            f"truth {findings.mean('nce ring8', 'truth'):.3g}; hardly a draw of the noise is like a digit, and "
            "the normaliser of these stays unknown",
        ),
        Saying(
            "Predictability minimisation is a regulariser.",
            "not testable here",
            "a matter of definition: it shapes a code beside another loss and makes no samples; the claim "
            "predictability has what it does",
        ),
    ]


def judge(findings: Findings) -> Verdict:
    """Demand of the one sentence that compares figures, that on a VAE, that a GAN has more fine detail."""
    said = [f"{text} {mark.capitalize()}: {figure}." for text, mark, figure in sayings(findings)]
    demand = findings.above("dcgan digits", "vae digits", "sharpness")
    deny = "" if findings.label == "full" else "Half a minute does not deny it."
    return findings.decide([demand], " ".join(said), deny=deny)


@claim(
    "relatives",
    paper="study notes",
    where="on the GAN's relatives",
    published="Boltzmann machines need approximation, VAEs blur, NCE has a fixed noise, PM is a regulariser",
    headline="frechet",
    judge=judge,
    quick=Protocol(
        1,
        0.5,
        {"minutes": 0.005, "samples": 50},
        arms=("vae digits", "predictability digits"),
    ),
    short=Protocol(1, 10, {"minutes": 0.5, "samples": 2_000}),
    full=Protocol(3, 320, {"minutes": 5.0, "samples": 10_000}),
    arms={f"{recipe} {data}": Arm(data, recipe) for data, recipes in RECIPES.items() for recipe in recipes},
    metrics=("frechet", "modes", "sharpness"),
)
def relatives(bench: Bench) -> dict[str, Any]:
    """GAN, VAE, Boltzmann machine, noise-contrastive estimation and predictability minimisation, side by side.

    All train for the same minutes, so figures belong to their machine. Those that make samples are scored by
    their samples, those that know a likelihood by that too: of bits drawn from the pixels of test images, or of
    points, beside the truth.
    """
    run = bench.train(minutes=bench.settings["minutes"])
    data, rows = run.data(), run.curves()[-LAST:]
    figures: dict[str, Any] = {"training_images": rows[-1]["images"]}
    if run.family.samples:
        metrics = METRICS["ring8" if bench.arm.data == "ring8" else "digits"]
        card = bench.score(data, run.sample, metrics, bench.settings["samples"])
        figures |= {name: figure.value for name, figure in card.figures.items()}
    with bench.screen.working("measuring the likelihood"):
        found = likelihood(run, data, seed=bench.seed)
    figures |= {name: figure.value for name, figure in found.items()}
    for figure in found.values():
        if figure.real is not None:
            figures["truth"] = figure.real
    if bench.arm.recipe == "rbm":
        figures["annealing_error"] = found["log_likelihood"].detail["shared_error"]
    if bench.arm.recipe == "nce":
        figures["normalised"] = len(found)
    if bench.arm.recipe == "predictability":
        figures["prediction"] = sum(row["p/prediction"] for row in rows) / len(rows)
    return figures
