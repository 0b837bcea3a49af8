"""R3GAN's ablation (Huang et al. 2024): what the relativistic loss, R1 and R2 are each for."""

from typing import Any

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Missing, Protocol
from saddlepoint.claims.verdict import Verdict, at_least, more_often

ALL = 0.98  # of the modes
LOST = 0.5  # share of high quality, or of the kinds of stacks, below which the game has not settled
BOTH, ONE = {"penalty": ("r1", "r2")}, {"penalty": ("r1",), "gamma": (0.5,)}
LOSSES = {
    "relativistic r1 r2": {"objective": "relativistic", **BOTH},
    "gan r1 r2": {"objective": "non_saturating", **BOTH},
    "relativistic r1": {"objective": "relativistic", **ONE},
    "gan r1": {"objective": "non_saturating", **ONE},
}
OURS, PLAIN, ALONE = "relativistic r1 r2", "gan r1 r2", "relativistic r1"
STACKS = "stacked "  # before the names of arms on Stacked MNIST; others are on points
KINDS = {"": 25, STACKS: 1_000}


def judge(findings: Findings) -> Verdict:
    """Demand all modes of the whole loss, fewer of the plain one with the same penalties, and R1 alone lost."""
    text = "; ".join(
        f"{arm}: {findings.show(arm, 'modes', 4)} modes{_quality(findings, arm)}" for arm in findings.arms
    )
    start = next((start for start in (STACKS, "") if start + OURS in findings.arms), None)
    if start is None:
        raise Missing(OURS)
    ours, plain, alone = start + OURS, start + PLAIN, start + ALONE
    settled = findings.mean(ours, "modes") / KINDS[start] if start else findings.mean(ours, "high_quality")
    if settled < LOST:
        says = (
            f"with fewer than {LOST:.0%} of the kinds" if start else f"below {LOST:.0%} of high quality modes"
        )
        return Verdict(None, f"{text}. Too short to decide: {says} say little.")
    lost = {arm: findings.by_seed(arm, "lost") for arm in (ours, alone)}
    demands = [
        at_least(f"modes of {ours}", findings.by_seed(ours, "modes"), ALL * KINDS[start]),
        findings.above(ours, plain, "modes"),
        more_often(f"lost with R1 alone against {ours}", lost[alone], lost[ours]),
    ]
    return findings.decide(demands, f"{text}.")


def _quality(findings: Findings, arm: str) -> str:
    points = not arm.startswith(STACKS)
    return f", {findings.mean(arm, 'high_quality'):.0%} of high quality" if points else ""


@claim(
    "r3gan-ablation",
    paper="Huang et al. 2024",
    where="section 2, Figure 1 (Stacked MNIST)",
    published="R1 alone diverges; GAN with R1 and R2 has 693 of 1,000 modes, the relativistic loss all",
    headline="modes",
    better="higher",
    judge=judge,
    quick=Protocol(1, 0.5, {"images": 1_280, "samples": 300}, arms=tuple(LOSSES)),
    short=Protocol(5, 10, {"images": 400_000, "samples": 2_500}, arms=tuple(LOSSES)),
    full=Protocol(
        3, 20_000, {"images": 6_400_000, "samples": 26_000}, arms=tuple(STACKS + loss for loss in LOSSES)
    ),
    arms={loss: Arm("grid25", "r3gan", flags) for loss, flags in LOSSES.items()}
    | {STACKS + loss: Arm("stacked_mnist", "r3gan", flags) for loss, flags in LOSSES.items()},
    metrics=("modes", "stacked_modes"),
)
def r3gan_ablation(bench: Bench) -> dict[str, Any]:
    """Modes with and without R3GAN's relativistic loss and its second penalty.

    The paper's ablation is of Stacked MNIST, as the full protocol is, of as many images as PacGAN's (the paper
    has 128 million) and networks a twelfth as wide, for a GPU. The short one asks the same of points, 25
    Gaussians. Each penalty weighs 0.5. A run is lost where the loss is no longer finite, or less than half of
    the points are of high quality, or of the kinds of stacks are made.
    """
    stacks = bench.name.startswith(STACKS)
    run = bench.train_or_diverge(images=bench.settings["images"])
    if run is None:
        return {"lost": 1, "modes": 0} | ({} if stacks else {"high_quality": 0.0})
    metric = "stacked_modes" if stacks else "modes"
    card = bench.score(run.data(), run.sample, (metric,), bench.settings["samples"])
    if stacks:
        modes = card["stacked_modes"].value or 0.0
        return {
            "lost": int(modes < LOST * KINDS[STACKS]),
            "modes": modes,
            "divergence": card["stacked_kl"].value,
        }
    figures = {name: figure.value for name, figure in card.figures.items()}
    return {"lost": int((figures["high_quality"] or 0.0) < LOST), **figures}
