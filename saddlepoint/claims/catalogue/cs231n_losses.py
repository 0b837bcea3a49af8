"""Stanford's cs231n, assignment 3: where the losses of its three GANs settle."""

from typing import Any, NamedTuple

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Verdict, within


class Band(NamedTuple):
    """Where the notebook's printed losses lie."""

    critic: tuple[float, float]
    generator: tuple[float, float]


BANDS = {
    "fc": Band((1.2, 1.44), (0.8, 1.2)),
    "lsgan": Band((0.23, 0.26), (0.15, 0.17)),
    "dc": Band((1.1, 1.3), (0.8, 1.0)),
}


def judge(findings: Findings) -> Verdict:
    """Demand that the mean of all six losses lies in its band."""
    parts, demands = [], []
    for arm, band in BANDS.items():
        for player, (low, high) in band._asdict().items():
            demands.append(within(f"{arm} {player}", findings.by_seed(arm, player), (low, high)))
            outside = "" if demands[-1].lead >= 0 else " (outside)"
            parts.append(f"{arm} {player} {findings.show(arm, player)} in {low} to {high}{outside}")
        most = findings.mean(arm, "largest_class")
        parts.append(f"{arm} {findings.mean(arm, 'classes'):.1f} digits, the commonest {most:.0%}")
    return findings.decide(demands, "; ".join(parts) + ".")


@claim(
    "cs231n-losses",
    paper="cs231n, assignment 3",
    where="GAN notebook, printed losses",
    published="D 1.2-1.44, G 0.8-1.2; least squares 0.23-0.26, 0.15-0.17; convolutional 1.1-1.3, 0.8-1.0",
    headline="generator",
    judge=judge,
    quick=Protocol(
        1, 0.3, {"images": 4_000, "images_dc": 0, "from_step": 0, "samples": 100}, arms=("fc", "lsgan")
    ),
    short=Protocol(2, 9.5, {"images": 500_000, "images_dc": 250_000, "from_step": 1_000, "samples": 2_000}),
    full=Protocol(5, 23, {"images": 500_000, "images_dc": 250_000, "from_step": 1_000, "samples": 10_000}),
    arms={name: Arm("mnist", f"cs231n_{name}") for name in BANDS},
)
def cs231n_losses(bench: Bench) -> dict[str, Any]:
    """Losses of cs231n's fully connected, least-squares and convolutional GANs after 10, 10 and 5 epochs.

    An epoch is the notebook's 50,000 images, at batch 128. The means are over all steps from the thousandth,
    where the notebook's printed values were read. The short protocol is as long as the notebook, with fewer
    seeds.
    """
    settings = bench.settings
    images = settings["images_dc" if bench.name == "dc" else "images"]
    run = bench.train(images=images)
    rows = [row for row in run.curves() if row["step"] >= settings["from_step"]]
    card = bench.score(run.data(), run.sample, ("class_histogram",), settings["samples"])
    return {
        "critic": _mean(rows, "d/adversarial"),
        "generator": _mean(rows, "g/adversarial"),
        "critic_last": _mean(rows[-20:], "d/adversarial"),
        "generator_last": _mean(rows[-20:], "g/adversarial"),
        "classes": card["classes"].value,
        "largest_class": card["class_largest"].value,
    }


def _mean(rows: list[dict[str, Any]], name: str) -> float:
    return sum(row[name] for row in rows) / len(rows)
