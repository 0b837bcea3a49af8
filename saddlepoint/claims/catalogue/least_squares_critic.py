"""LSGAN (Mao et al. 2017): what a bad critic still teaches, with least squares and with cross entropy."""

from typing import Any

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Verdict

RATES = {"usual": 1e-3, "slow": 5e-5, "fast": 1e-2}  # the critic's; the generator's is 1e-3
RECIPES = {"cross entropy": "cs231n_fc", "least squares": "cs231n_lsgan"}


def judge(findings: Findings) -> Verdict:
    """Demand that with a slow and with a fast critic cross entropy ends farther away than least squares."""
    text = "; ".join(
        f"{rate} critic: Fréchet "
        + ", ".join(f"{name} {findings.show(f'{name} {rate}', 'frechet')}" for name in RECIPES)
        for rate in RATES
        if f"least squares {rate}" in findings.arms
    )
    demands = [
        findings.above(f"cross entropy {rate}", f"least squares {rate}", "frechet") for rate in ("slow", "fast")
    ]
    return findings.decide(demands, f"{text}.")


@claim(
    "least-squares-critic",
    paper="Mao et al. 2017; study notes on LSGAN",
    where="section 3.2, Figure 1",
    published="least squares pulls samples that a critic already takes for real, where cross entropy is flat",
    headline="frechet",
    better="lower",
    judge=judge,
    quick=Protocol(1, 0.4, {"images": 256, "samples": 100}),
    short=Protocol(5, 9, {"images": 100_000, "samples": 1_500}),
    full=Protocol(10, 120, {"images": 600_000, "samples": 5_000}),
    arms={
        f"{name} {rate}": Arm("digits", recipe, {"lr_d": RATES[rate]})
        for rate in RATES
        for name, recipe in RECIPES.items()
    },
)
def least_squares_critic(bench: Bench) -> dict[str, Any]:
    """Fréchet distance of cs231n's dense GAN on digits, with both losses and critics of three rates.

    A critic at a twentieth of the generator's rate is behind, one at ten times of it far ahead; both losses
    have the same networks, seeds and generator's rate.
    """
    run = bench.train_or_diverge(images=bench.settings["images"])
    if run is None:
        return {"diverged": 1}
    card = bench.score(run.data(), run.sample, ("frechet", "diversity"), bench.settings["samples"])
    return {"diverged": 0, **{name: figure.value for name, figure in card.figures.items()}}
