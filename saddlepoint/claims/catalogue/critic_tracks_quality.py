"""WGAN (Arjovsky et al. 2017): a critic's loss that says how good the samples are."""

from typing import Any

import numpy as np
from scipy.stats import rankdata

from saddlepoint.claims.bench import Bench, sampler, spaced
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Verdict, at_least
from saddlepoint.engine.loop import Trainer


def judge(findings: Findings) -> Verdict:
    """Demand a positive rank correlation of WGAN's estimate with the distance, and more than the GAN's."""
    text = (
        "Rank correlation over training of the critic's estimate with the Fréchet distance: WGAN "
        f"{findings.show('wgan', 'correlation')}, GAN {findings.show('gan', 'correlation')}; the distance "
        f"falls from {findings.show('wgan', 'frechet_first')} to {findings.show('wgan', 'frechet')} and from "
        f"{findings.show('gan', 'frechet_first')} to {findings.show('gan', 'frechet')}."
    )
    demands = [
        at_least("correlation of WGAN", findings.by_seed("wgan", "correlation"), 0.0, (-1.0, 1.0)),
        findings.above("wgan", "gan", "correlation"),
    ]
    return findings.decide(demands, text)


@claim(
    "critic-tracks-quality",
    paper="Arjovsky et al. 2017",
    where="Figures 3 and 4",
    published="the critic's estimate falls as samples improve; the GAN's estimate of the JSD does not",
    headline="correlation",
    better="higher",
    judge=judge,
    quick=Protocol(1, 0.4, {"images": 1_920, "looks": 3, "samples": 100}),
    short=Protocol(5, 9, {"images": 64_000, "looks": 12, "samples": 1_000}),
    full=Protocol(10, 100, {"images": 500_000, "looks": 40, "samples": 5_000}),
    arms={"wgan": Arm("digits", "wgan"), "gan": Arm("digits", "dcgan")},
)
def critic_tracks_quality(bench: Bench) -> dict[str, Any]:
    """How a critic's estimate goes with the samples' Fréchet distance while it trains, on digits.

    The estimate is the critic's loss negated: E s(x) − E s(G(z)) of WGAN, and of DCGAN, whose networks are the
    same, twice the Jensen-Shannon divergence less 2 log 2; it is a mean over the steps since the look before.
    The newest weights are looked at, at even spaces. The paper judges samples by eye.
    """
    data = bench.data()
    steps = bench.settings["images"] // 64 // (5 if bench.arm.recipe == "wgan" else 1)

    def measure(trainer: Trainer) -> dict[str, Any]:
        card = bench.score(data, sampler(trainer, averaged=False), ("frechet",), bench.settings["samples"])
        return {"frechet": card["frechet"].value}

    looks = bench.milestones(spaced(steps, bench.settings["looks"]), measure)
    run = bench.train(steps=steps, log_every=1, watchers=(looks,))
    before, over_time = 0, []
    for look in looks.rows:
        losses = [row["d/adversarial"] for row in run.curves() if before < row["step"] <= look["step"]]
        over_time.append({**look, "estimate": -sum(losses) / len(losses)})
        before = look["step"]
    distances = [row["frechet"] for row in over_time]
    ranks = [rankdata([row["estimate"] for row in over_time]), rankdata(distances)]
    return {
        "correlation": float(np.corrcoef(ranks)[0, 1]),
        "frechet_first": distances[0],
        "frechet": distances[-1],
        "over_time": over_time,
    }
