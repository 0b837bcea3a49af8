"""A tutorial's MLP draws more and more ones: how far it drifts, and what stops it."""

from typing import Any

from saddlepoint.claims.bench import Bench, sampler
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import SHARE, Verdict, at_least
from saddlepoint.engine.loop import Trainer

DIGIT = "1"
CURED = 0.5  # of the plain run's total variation, below which something counts as a cure


def judge(findings: Findings) -> Verdict:
    """Demand that the share of ones at the end is twice the data's, which a short training cannot deny.

    Cures halve the total variation. They may be shorter than the plain run, which is then looked at where
    they end.
    """
    data = findings.mean("plain", "ones_in_data")
    before = findings.mean("plain", "variation_then")
    rivals = {"an average of the weights": findings.mean("plain", "variation_then_averaged")}
    rivals |= {arm: findings.mean(arm, "variation") for arm in findings.arms if arm != "plain"}
    tried = ", ".join(f"{name} {value:.3f}" for name, value in rivals.items())
    cures = [name for name, value in rivals.items() if value < CURED * before]
    steps, cure_steps = findings.settings["steps"], findings.settings["cure_steps"]
    text = (
        f"Ones after {steps:,} steps {findings.show('plain', 'ones')} of all samples ({data:.3f} of the data), "
        f"at most {findings.show('plain', 'ones_most')} on the way; total variation from the data's classes "
        f"{findings.show('plain', 'variation')}. After {cure_steps:,} steps it is {before:.3f}; with {tried}. "
        f"Means of less than half of it: {', '.join(cures) or 'none'}."
    )
    deny = "" if findings.label == "full" else "A quarter of the tutorial's length does not deny a drift."
    return findings.decide(
        [at_least("share of ones", findings.by_seed("plain", "ones"), 2 * data, SHARE)], text, deny=deny
    )


@claim(
    "drift-to-one",
    paper="PyTorch-GAN's gan.py",
    where="late samples",
    published="the digit 1 dominates late samples",
    headline="ones",
    curve="ones",
    judge=judge,
    quick=Protocol(1, 0.3, {"steps": 20, "cure_steps": 10, "every": 10, "samples": 100}, arms=("plain", "r1")),
    short=Protocol(1, 10, {"steps": 46_875, "cure_steps": 5_625, "every": 1_875, "samples": 2_000}),
    full=Protocol(5, 270, {"steps": 187_500, "cure_steps": 5_625, "every": 1_875, "samples": 5_000}),
    arms={
        "plain": Arm("mnist", "mlp_gan"),
        "r1": Arm("mnist", "mlp_gan", {"penalty": ("r1",), "gamma": (1.0,)}),
        "slow": Arm("mnist", "mlp_gan", {"lr_d": 5e-5, "lr_g": 5e-5}),
        "relativistic": Arm("mnist", "mlp_gan", {"objective": "relativistic", "penalty": ("r1", "r2")}),
    },
)
def drift_to_one(bench: Bench) -> dict[str, Any]:
    """The MLP of many tutorials drifts to the digit 1; a histogram of its classes over time, and four cures.

    937 steps of 64 are an epoch; the plain run takes the tutorial's 200, in the short protocol 50, and the
    cures take 6. A judge names the class of each sample. The cures: averaged weights (decay 0.999, from the
    plain run itself, which it does not change), R1, a quarter of the learning rates, and the relativistic game
    with R1 and R2.
    """
    data = bench.data()
    one, samples = data.classes.index(DIGIT), bench.settings["samples"]
    steps, every = bench.settings["steps" if bench.name == "plain" else "cure_steps"], bench.settings["every"]

    def measure(trainer: Trainer) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for averaged, mark in ((False, ""), (True, "_averaged")):
            card = bench.score(data, sampler(trainer, averaged=averaged), ("class_histogram",), samples)
            counts = card["classes"].detail["counts"]
            row[f"counts{mark}"] = counts
            row[f"ones{mark}"] = counts[one] / sum(counts)
            row[f"variation{mark}"] = card["class_tv"].value
            row["ones_in_data"] = card["classes"].detail["data"][one]
        return row

    looks = bench.milestones([*range(every, steps, every), steps], measure)
    bench.train(steps=steps, ema=0.999, watchers=(looks,))
    last = looks.rows[-1]
    then = next(row for row in looks.rows if row["step"] == bench.settings["cure_steps"])
    names = ("ones", "variation", "ones_averaged", "variation_averaged", "ones_in_data")
    return {
        **{name: last[name] for name in names},
        "ones_most": max(row["ones"] for row in looks.rows),
        "variation_then": then["variation"],
        "variation_then_averaged": then["variation_averaged"],
        "over_time": looks.rows,
    }
