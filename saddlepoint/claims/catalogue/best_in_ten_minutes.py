"""How near to MNIST a generator comes in ten minutes on a CPU."""

import math
from typing import Any

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Missing, Protocol
from saddlepoint.claims.verdict import Verdict, at_most

GOAL = 2.0  # times the distance of held-out real images


def judge(findings: Findings) -> Verdict:
    """Demand twice the floor of real images from any arm."""
    if not findings.arms:
        raise Missing("any arm")
    best = min(findings.arms, key=lambda arm: findings.mean(arm, "frechet"))
    value, real = findings.mean(best, "frechet"), findings.mean(best, "real")
    shown = ", ".join(f"{arm} {findings.show(arm, 'frechet')}" for arm in findings.arms)
    text = (
        f"Fréchet distance {shown}; real images {real:.3g}. The best, {best}, is {value / real:.3g} times that."
    )
    demands = [
        at_most(f"distance of {arm} over that of real images", _over_real(findings, arm), GOAL, (0, math.inf))
        for arm in findings.arms
    ]
    return findings.decide(demands, text, some=True)


@claim(
    "best-in-ten-minutes",
    paper="our own goal",
    where="MNIST, two CPU cores",
    published="no figure; the goal is twice the Fréchet distance of held-out real images",
    headline="frechet",
    judge=judge,
    quick=Protocol(1, 0.4, {"minutes": 0.05, "samples": 200}, arms=("relativistic",)),
    short=Protocol(1, 10, {"minutes": 9.0, "samples": 10_000}, arms=("relativistic",)),
    full=Protocol(3, 100, {"minutes": 10.0, "samples": 10_000}),
    arms={
        "dcgan": Arm("mnist", "dcgan"),
        "relativistic": Arm("mnist", "dcgan", {"objective": "relativistic", "ema": 0.9995}),
        "narrow": Arm("mnist", "dcgan", {"width": 16, "hidden": 256}),
    },
)
def best_in_ten_minutes(bench: Bench) -> dict[str, Any]:
    """The lowest Fréchet distance to MNIST within ten minutes of training on a CPU.

    The judge's features, 10,000 samples. The budget is wall time, so the figure belongs to its machine.
    """
    run = bench.train(minutes=bench.settings["minutes"])
    card = bench.score(
        run.data(), run.sample, ("frechet", "class_histogram", "precision_recall"), bench.settings["samples"]
    )
    figures: dict[str, Any] = {name: figure.value for name, figure in card.figures.items()}
    return {**figures, "real": card["frechet"].real, "training_images": run.curves()[-1]["images"]}


def _over_real(findings: Findings, arm: str) -> dict[int, float]:
    real = findings.by_seed(arm, "real")
    return {seed: value / real[seed] for seed, value in findings.by_seed(arm, "frechet").items()}
