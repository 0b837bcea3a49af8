"""R1 on the Dirac-GAN (Mescheder et al. 2018): what converges where all there is to learn is a point."""

from typing import Any

import numpy as np

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Verdict, at_least, at_most
from saddlepoint.theory.games import dirac, path

RATE, GAMMA = 0.1, 0.3
FIELDS = {
    "gan": dirac(0.0),
    "nsgan": dirac(0.0, objective="non_saturating"),
    "wgan": dirac(0.0, objective="wasserstein"),
    "wgan-gp": dirac(GAMMA, objective="wasserstein", norm=1.0),
    "r1": dirac(GAMMA),
}
CIRCLING = ("gan", "wgan", "wgan-gp")
REACHED, AWAY = 0.01, 0.1  # distances from the equilibrium


def judge(findings: Findings) -> Verdict:
    """Demand that R1 ends within 0.01 of the equilibrium, and GAN, WGAN and WGAN-GP farther away than 0.1."""
    shown = ", ".join(f"{arm} {findings.show(arm, 'distance')}" for arm in FIELDS)
    demands = [
        at_most("distance of r1", findings.by_seed("r1", "distance"), REACHED),
        *(at_least(f"distance of {arm}", findings.by_seed(arm, "distance"), AWAY) for arm in CIRCLING),
    ]
    text = f"Mean distance from the equilibrium over the last fifth of the steps: {shown}."
    return findings.decide(demands, f"{text} The non-saturating GAN nears it, but ever more slowly.")


@claim(
    "dirac-r1",
    paper="Mescheder et al. 2018",
    where="section 2, Figures 1 and 3",
    published="on the Dirac-GAN GAN, WGAN and WGAN-GP circle for ever, R1 converges",
    headline="distance",
    better="lower",
    judge=judge,
    quick=Protocol(1, 0.05, {"steps": 20}),
    short=Protocol(10, 2, {"steps": 1_000}),
    full=Protocol(50, 20, {"steps": 5_000}),
    arms={arm: Arm("ring8", "gan") for arm in FIELDS},
)
def dirac_r1(bench: Bench) -> dict[str, Any]:
    """How near to its equilibrium the Dirac-GAN comes by alternating steps of 0.1 from a random start.

    Data at 0, a sample at θ, the critic D(x) = ψx; θ and ψ start from the unit normal. The losses are those of
    this package, the penalties of weight 0.3. It is computed, not trained: the recipe and the data set named
    beside the claim are not looked at.
    """
    theta, psi = np.random.default_rng(bench.seed).standard_normal(2)
    steps = bench.settings["steps"]
    walked = path("alternating", FIELDS[bench.name], (theta, psi), RATE, steps)
    return {"distance": float(np.linalg.norm(walked[-steps // 5 :], axis=1).mean())}
