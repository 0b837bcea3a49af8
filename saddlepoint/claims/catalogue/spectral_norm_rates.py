"""SNGAN (Miyato et al. 2018): spectral normalisation still trains at rates that break a gradient penalty."""

from typing import Any

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Verdict

GENTLE = {"lr_d": 2e-4, "lr_g": 2e-4, "betas": (0.5, 0.999), "critic_steps": 1}  # the paper's C
HARSH = {"lr_d": 1e-3, "lr_g": 1e-3, "betas": (0.9, 0.999), "critic_steps": 5}  # the paper's F
NAMES = {"gentle": GENTLE, "harsh": HARSH}
LOST = 1_000.0  # distance of a run whose loss is no longer finite, which has none: beyond that of pure noise


def judge(findings: Findings) -> Verdict:
    """Demand that the gradient penalty ends farther away than spectral normalisation at the harsh setting."""
    text = "; ".join(
        f"{arm}: Fréchet {findings.show(arm, 'frechet')} (diverged {findings.mean(arm, 'diverged'):.0%})"
        for arm in findings.arms
    )
    deny = "" if findings.label == "full" else "Too few generator steps to deny it, 125 of the harsh setting."
    return findings.decide([findings.above("wgan_gp harsh", "sngan harsh", "frechet")], f"{text}.", deny=deny)


@claim(
    "spectral-norm-rates",
    paper="Miyato et al. 2018",
    where="Figure 1",
    published="WGAN-GP fails at high rates and momentum, SNGAN does not",
    headline="frechet",
    better="lower",
    judge=judge,
    quick=Protocol(1, 0.5, {"images": 320, "samples": 100}, arms=("sngan harsh", "wgan_gp harsh")),
    short=Protocol(5, 10, {"images": 40_000, "samples": 1_500}),
    full=Protocol(10, 60, {"images": 150_000, "samples": 5_000}),
    arms={
        f"{recipe} {name}": Arm("digits", recipe, flags)
        for recipe in ("sngan", "wgan_gp")
        for name, flags in NAMES.items()
    },
)
def spectral_norm_rates(bench: Bench) -> dict[str, Any]:
    """Fréchet distance of SNGAN and WGAN-GP on digits, at the gentlest and harshest of the paper's settings.

    Gentle is its C: Adam at 2e-4 with β of 0.5 and 0.999, one critic step. Harsh is its F: 1e-3, 0.9 and 0.999,
    five. All arms see as many real images. Networks are the recipes' own, for 8x8 images.
    """
    run = bench.train_or_diverge(images=bench.settings["images"])
    if run is None:
        return {"diverged": 1, "frechet": LOST}
    card = bench.score(run.data(), run.sample, ("frechet", "diversity"), bench.settings["samples"])
    return {"diverged": 0, **{name: figure.value for name, figure in card.figures.items()}}
