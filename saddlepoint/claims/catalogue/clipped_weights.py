"""WGAN-GP (Gulrajani et al. 2017): clipping drives a critic's weights to the ends of their range."""

from typing import Any

import torch

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.game import trained
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import SHARE, Verdict, at_least, at_most

END = 0.01  # of the largest weight's size: how near to it a weight lies at the end


def judge(findings: Findings) -> Verdict:
    """Demand that half of the clipped weights lie at the ends, a tenth of the others, and more good samples."""
    text = "; ".join(
        f"{arm}: {findings.mean(arm, 'at_ends'):.0%} of the weights at the ends, {findings.show(arm, 'modes')} "
        f"modes, {findings.mean(arm, 'high_quality'):.0%} of high quality"
        for arm in ("wgan", "wgan-gp")
    )
    demands = [
        at_least("share of WGAN's weights", findings.by_seed("wgan", "at_ends"), 0.5, SHARE),
        at_most("of WGAN-GP's", findings.by_seed("wgan-gp", "at_ends"), 0.1, SHARE),
        findings.above("wgan-gp", "wgan", "high_quality"),
    ]
    return findings.decide(demands, f"{text}.")


@claim(
    "clipped-weights",
    paper="Gulrajani et al. 2017",
    where="Figure 1",
    published="clipping pushes weights to both ends of their range, and the critic is too simple",
    headline="at_ends",
    judge=judge,
    quick=Protocol(1, 0.3, {"images": 2_560, "samples": 300}),
    short=Protocol(3, 9, {"images": 300_000, "samples": 2_500}),
    full=Protocol(10, 60, {"images": 3_000_000, "samples": 2_500}),
    arms={"wgan": Arm("grid25", "wgan"), "wgan-gp": Arm("grid25", "wgan_gp")},
    metrics=("modes",),
)
def clipped_weights(bench: Bench) -> dict[str, Any]:
    """Share of a critic's weights at the ends of their range, and what its generator makes of 25 Gaussians.

    Matrices alone are counted, by their distance from their layer's largest absolute weight. Both arms see as
    many real points; the networks are each recipe's own. The paper shows a Swiss roll, eight and 25 Gaussians.
    """
    run = bench.train(images=bench.settings["images"])
    critic = trained(run).family.get_submodule("critic")
    matrices = [weight.detach().abs() for weight in critic.parameters() if weight.dim() > 1]
    at_ends = torch.cat([(w > (1 - END) * w.max()).flatten() for w in matrices])
    card = bench.score(run.data(), run.sample, ("modes",), bench.settings["samples"])
    figures = {name: figure.value for name, figure in card.figures.items()}
    return {"at_ends": at_ends.double().mean().item(), **figures}
