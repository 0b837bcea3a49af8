"""A tutorial's MLP draws more and more ones: how far it drifts, and what stops it."""

from typing import Any

from saddlepoint.claims.bench import Bench, sampler, spaced
from saddlepoint.claims.claim import Arm, Findings, Protocol, Verdict, claim
from saddlepoint.engine.loop import Trainer

DIGIT = "1"
CURED = 0.5  # of the plain run's total variation, below which something counts as a cure


def judge(found: Findings) -> Verdict:
    """Demand that the share of ones at the end is twice the data's; a short training cannot deny it."""
    share, data = found.mean("plain", "ones"), found.mean("plain", "ones_in_data")
    variation = found.mean("plain", "variation")
    rivals = {"an average of the weights": found.values("plain", "variation_averaged")}
    rivals |= {arm: found.values(arm, "variation") for arm in found.arms if arm != "plain"}
    means = {name: sum(values) / len(values) for name, values in rivals.items()}
    tried = ", ".join(f"{name} {value:.3f}" for name, value in means.items())
    cures = [name for name, value in means.items() if value < CURED * variation]
    text = (
        f"Ones at the end {found.show('plain', 'ones')} of all samples ({data:.3f} of the data), at the first "
        f"look {found.show('plain', 'ones_first')}. Total variation from the data's classes "
        f"{found.show('plain', 'variation')}; with {tried}. Halved by: {', '.join(cures) or 'none of them'}."
    )
    if share <= 2 * data and found.label != "full":
        return Verdict(None, f"{text} Too short to deny a drift, which comes late.")
    return Verdict(share > 2 * data, text)


@claim(
    "drift-to-one",
    paper="PyTorch-GAN's gan.py",
    where="late samples",
    published="the digit 1 dominates late samples",
    headline="ones",
    judge=judge,
    quick=Protocol(1, 0.3, {"steps": 20, "looks": 2, "samples": 100}, arms=("plain", "r1")),
    short=Protocol(2, 8.5, {"steps": 6_000, "looks": 8, "samples": 2_000}),
    full=Protocol(5, 110, {"steps": 46_875, "looks": 50, "samples": 5_000}),
    arms={
        "plain": Arm("mnist", "mlp_gan"),
        "r1": Arm("mnist", "mlp_gan", {"penalty": ("r1",), "gamma": (1.0,)}),
        "slow": Arm("mnist", "mlp_gan", {"lr_d": 5e-5, "lr_g": 5e-5}),
        "relativistic": Arm("mnist", "mlp_gan", {"objective": "relativistic", "penalty": ("r1", "r2")}),
    },
)
def drift_to_one(bench: Bench) -> dict[str, Any]:
    """The MLP of many tutorials drifts to the digit 1; a histogram of its classes over time, and four cures.

    938 steps of 64 are an epoch, and the full protocol takes 50 of the tutorial's 200. A judge names the class
    of each sample. The cures: an average of the weights (decay 0.999, from the plain run itself, which it does
    not change), R1, a quarter of the learning rates, and the relativistic game with R1 and R2.
    """
    data = bench.data()
    one, samples = data.classes.index(DIGIT), bench.settings["samples"]

    def measure(trainer: Trainer) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for averaged, mark in ((False, ""), (True, "_averaged")):
            card = bench.score(data, sampler(trainer, averaged=averaged), ("class_histogram",), samples)
            counts = card["classes"].detail["counts"]
            found[f"counts{mark}"] = counts
            found[f"ones{mark}"] = counts[one] / sum(counts)
            found[f"variation{mark}"] = card["class_tv"].value
            found["ones_in_data"] = card["classes"].detail["data"][one]
        return found

    looks = bench.milestones(spaced(bench.settings["steps"], bench.settings["looks"]), measure)
    bench.train(steps=bench.settings["steps"], ema=0.999, watchers=(looks,))
    first, last = looks.rows[0], looks.rows[-1]
    names = ("ones", "variation", "ones_averaged", "variation_averaged", "ones_in_data")
    return {
        **{name: last[name] for name in names},
        "ones_first": first["ones"],
        "ones_most": max(row["ones"] for row in looks.rows),
        "variation_most": max(row["variation"] for row in looks.rows),
        "over_time": looks.rows,
    }
