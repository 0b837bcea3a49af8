"""R3GAN's ablation (Huang et al. 2024): what the relativistic loss, R1 and R2 are each for."""

from typing import Any

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Missing, Protocol
from saddlepoint.claims.verdict import Demand, Verdict, at_least, more_often

KINDS = 1_000  # of stacks
ALL = 0.98  # of the kinds
LOST = 0.5  # share of the kinds below which a run is lost
BOTH, ONE = {"penalty": ("r1", "r2")}, {"penalty": ("r1",), "gamma": (0.5,)}
LOSSES = {
    "relativistic r1 r2": {"objective": "relativistic", **BOTH},
    "gan r1 r2": {"objective": "non_saturating", **BOTH},
    "relativistic r1": {"objective": "relativistic", **ONE},
    "gan r1": {"objective": "non_saturating", **ONE},
}
OURS, PLAIN, ALONE = "relativistic r1 r2", "gan r1 r2", "relativistic r1"
DIGITS = " digits"  # ends the names of arms on stacks of 8×8 digits; others are on Stacked MNIST


def judge(findings: Findings) -> Verdict:
    """Demand more kinds of the whole loss than of its parts; at the paper's size all, and R1 alone lost."""
    text = "; ".join(f"{arm}: {findings.show(arm, 'modes', 4)} kinds" for arm in findings.arms)
    end = next((end for end in ("", DIGITS) if OURS + end in findings.arms), None)
    if end is None:
        raise Missing(OURS)
    ours, plain, alone = OURS + end, PLAIN + end, ALONE + end
    lost = {arm: findings.by_seed(arm, "lost") for arm in (ours, alone)}
    text += f"; lost with R1 alone {sum(lost[alone].values()):.0f} of {len(lost[alone])}"
    if findings.mean(ours, "modes") < LOST * KINDS:
        return Verdict(
            None, f"{text}. Too short to decide: with fewer than {LOST:.0%} of the kinds they say little."
        )
    demands: list[Demand] = [findings.above(ours, plain, "modes")]
    if end:
        demands.append(findings.above(ours, alone, "modes"))
        text = f"Of stacked digits of 8×8 and networks to suit, where only the order is demanded: {text}"
    else:
        demands.append(at_least(f"kinds of {ours}", findings.by_seed(ours, "modes"), ALL * KINDS))
        demands.append(more_often(f"lost with R1 alone against {ours}", lost[alone], lost[ours]))
    deny = "Networks and digits this small do not deny it." if end else ""
    return findings.decide(demands, f"{text}.", deny=deny)


@claim(
    "r3gan-ablation",
    paper="Huang et al. 2024",
    where="section 2, Figure 1 (Stacked MNIST)",
    published="R1 alone diverges; GAN with R1 and R2 has 693 of 1,000 modes, the relativistic loss all",
    headline="modes",
    better="higher",
    judge=judge,
    quick=Protocol(1, 0.5, {"images": 640, "samples": 500}, arms=tuple(loss + DIGITS for loss in LOSSES)),
    short=Protocol(2, 10, {"images": 100_000, "samples": 26_000}, arms=tuple(loss + DIGITS for loss in LOSSES)),
    full=Protocol(3, 20_000, {"images": 6_400_000, "samples": 26_000}, arms=tuple(LOSSES)),
    arms={loss: Arm("stacked_mnist", "r3gan", flags) for loss, flags in LOSSES.items()}
    | {loss + DIGITS: Arm("stacked_digits", "r3gan", flags | {"width": 32}) for loss, flags in LOSSES.items()},
    metrics=("stacked_modes",),
)
def r3gan_ablation(bench: Bench) -> dict[str, Any]:
    """Kinds of stacks with and without R3GAN's relativistic loss and its second penalty.

    The paper's ablation is of Stacked MNIST, as the full protocol is, of as many images as PacGAN's (the paper
    has 128 million) and networks a twelfth as wide, for a GPU. The short one stacks the embedded digits of 8×8,
    of a thousand kinds as well, for networks of half that width. Each penalty weighs 0.5. A run is lost where
    the loss is no longer finite or less than half of the kinds are made.
    """
    run = bench.train_or_diverge(images=bench.settings["images"])
    if run is None:
        return {"lost": 1, "modes": 0}
    card = bench.score(run.data(), run.sample, ("stacked_modes",), bench.settings["samples"])
    modes = card["stacked_modes"].value or 0.0
    return {"lost": int(modes < LOST * KINDS), "modes": modes, "divergence": card["stacked_kl"].value}
