"""EBGAN (Zhao et al. 2016), Table 1 and Figure 3: a grid of settings, and how good they come out."""

from typing import Any

import numpy as np

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Verdict
from saddlepoint.evaluate import find_encoder

RATES = (0.01, 0.001, 0.0001)


def judge(findings: Findings) -> Verdict:
    """Demand that EBGAN's scores lie above the GAN's, and that the pulling-away term adds variety.

    Means over settings, of which a seed draws one: the same with and without the term, and one for the GAN.
    """
    score = {arm: np.array(findings.values(arm, "score")) for arm in ("gan", "ebgan", "ebgan-pt")}
    better = float((score["ebgan"][:, None] > score["gan"][None, :]).mean())
    middle = ", ".join(f"{arm} {np.median(values):.3g}" for arm, values in score.items())
    plain, pulled = (np.array(findings.values(arm, "entropy")) for arm in ("ebgan", "ebgan-pt"))
    text = (
        f"Median I' over the grid: {middle}. A random EBGAN beats a random GAN in {better:.0%} of pairs. "
        f"Entropy of the samples' classes: {plain.mean():.2f} nats without and {pulled.mean():.2f} with "
        "the term."
    )
    demands = [findings.above("ebgan", "gan", "score"), findings.above("ebgan-pt", "ebgan", "entropy")]
    return findings.decide(demands, text)


@claim(
    "ebgan-grid",
    paper="Zhao et al. 2016",
    where="Table 1 and Figure 3",
    published="EBGAN's scores I' lie to the right of the GAN's over the grid; histograms, no table",
    headline="score",
    better="higher",
    judge=judge,
    quick=Protocol(1, 0.5, {"steps": 10, "samples": 200, "width_g": [400], "width_d": [128], "deepest": 2}),
    short=Protocol(
        8,
        9.5,
        {"steps": 1_800, "samples": 2_000, "width_g": [400, 800], "width_d": [128, 256, 512], "deepest": 4},
    ),
    full=Protocol(
        512,
        40_000,
        {
            "steps": 10_000,
            "samples": 10_000,
            "width_g": [400, 800, 1600, 3200],
            "width_d": [128, 256, 512, 1024],
            "deepest": 5,
        },
    ),
    arms={
        "gan": Arm("mnist", "mlp_gan"),
        "ebgan": Arm("mnist", "ebgan"),
        "ebgan-pt": Arm("mnist", "ebgan_pt"),
    },
)
def ebgan_grid(bench: Bench) -> dict[str, Any]:
    """Scores of EBGANs and GANs at settings drawn from a grid, and what the pulling-away term adds.

    Each seed draws one setting of the paper's grid: layers, widths and dropout of EBGAN, the same ones with
    and without the pulling-away term, and for the GAN the two learning rates, of the MLP that this project has.
    The paper trains 512 EBGANs and 6,144 GANs; the full protocol 512 of each. I' is E KL(p(y) ‖ p(y|x))² with
    the judge's classes, and 0 for a run whose loss was no longer finite.
    """
    settings, rng = bench.settings, np.random.default_rng(bench.seed)
    if bench.name == "gan":
        chosen: dict[str, Any] = {flag: float(rng.choice(RATES)) for flag in ("lr_d", "lr_g")}
    else:
        chosen = {flag: int(rng.integers(2, settings["deepest"] + 1)) for flag in ("layers_g", "layers_d")}
        chosen |= {flag: int(rng.choice(settings[flag])) for flag in ("width_g", "width_d")}
        chosen["dropout"] = bool(rng.integers(2))
    run = bench.train_or_diverge(steps=settings["steps"], **chosen)
    if run is None:
        return {"score": 0.0, "entropy": 0.0, "setting": chosen, "diverged": 1}
    with bench.screen.working("scoring the samples") as report:
        encoder = find_encoder(None, run.data(), report)
        logits = encoder.encode(run.sample(settings["samples"], seed=bench.seed)).logits
    if logits is None:
        raise ValueError("the score needs labelled data")
    score, entropy = inception(logits.astype(np.float64))
    return {"score": score, "entropy": entropy, "setting": chosen, "diverged": 0}


def inception(logits: np.ndarray) -> tuple[float, float]:
    """Return (I', entropy of the mean class distribution in nats) of logits (n, k)."""
    log_given = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    marginal = np.exp(log_given).mean(axis=0)
    log_marginal = np.log(np.maximum(marginal, 1e-12))
    divergence = (marginal * (log_marginal - log_given)).sum(axis=1)
    return float((divergence**2).mean()), float(-(marginal * log_marginal).sum())
