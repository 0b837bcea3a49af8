"""Look-ahead (Chavdarova et al. 2021): slow weights find the saddle where noise carries other rules away."""

from typing import Any

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Verdict, at_least, at_most
from saddlepoint.theory.noisy_games import RULES, distances


def judge(findings: Findings) -> Verdict:
    """Demand that look-ahead comes nearer than its start, and that the other two rules end farther away."""
    values = {rule: findings.by_seed(rule, "distance") for rule in RULES}
    shown = ", ".join(f"{rule} {findings.show(rule, 'distance')}" for rule in RULES)
    demands = [
        at_most("look-ahead's", values["lookahead"], 1.0),
        at_least("simultaneous steps'", values["simultaneous"], 1.0),
        at_least("extragradient's", values["extragradient"], 1.0),
    ]
    return findings.decide(demands, f"Distance from the saddle over that at the start: {shown}.")


@claim(
    "noisy-lookahead",
    paper="Chavdarova et al. 2021",
    where="section 4, stochastic bilinear game",
    published="with single examples GDA and extragradient diverge, look-ahead converges",
    headline="distance",
    better="lower",
    judge=judge,
    quick=Protocol(1, 0.05, {"passes": 3}),
    short=Protocol(10, 1, {"passes": 100}),
    full=Protocol(50, 20, {"passes": 400}),
    arms={rule: Arm("ring8", "gan") for rule in RULES},
)
def noisy_lookahead(bench: Bench) -> dict[str, Any]:
    """Where three rules end on a bilinear game of 100 terms, of which every gradient sees one.

    The game of the paper, with steps of 0.1, and look-ahead that goes half of the way after ten passes.
    It is computed, not trained: the recipe and the data set named beside the claim are not looked at.
    """
    curve = distances(bench.name, bench.seed, bench.settings["passes"])
    return {"distance": float(curve[-1]), "least": float(curve.min()), "over_passes": curve.tolist()}
