"""EBGAN (Zhao et al. 2016), Table 1 and Figure 3: a grid of settings, and how good they come out."""

from typing import Any

import numpy as np

from saddlepoint.claims.bench import Bench, sampler
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Verdict
from saddlepoint.engine.loop import Trainer
from saddlepoint.evaluate import find_encoder

RATES = (0.01, 0.001, 0.0001)
GRID = {"layers_g": [2, 3, 4], "layers_d": [2], "width_g": [400, 800], "width_d": [128, 256, 512]}
WEIGHT = 10.0  # of the pulling-away term, which the paper weighs with 0.1
PAPER, HEAVY = "ebgan-pt", f"ebgan-pt {WEIGHT:g}"


def judge(findings: Findings) -> Verdict:
    """Demand that EBGAN's scores lie above the GAN's, and that the pulling-away term adds variety.

    Means over settings, of which a seed draws one: the same with and without the term, and one for the GAN.
    """
    score = {arm: np.array(findings.values(arm, "score")) for arm in ("gan", "ebgan")}
    better = float((score["ebgan"][:, None] > score["gan"][None, :]).mean())
    middle = ", ".join(f"{arm} {np.median(values):.3g}" for arm, values in score.items())
    text = (
        f"Median I' over the grid: {middle}. A random EBGAN beats a random GAN in {better:.0%} of pairs. "
        f"Entropy of the samples' classes after {findings.settings['varied']:,} steps: "
        f"{findings.show('ebgan', 'entropy')} nats without the term, {findings.show(PAPER, 'entropy')} with "
        f"the paper's weight of 0.1 and {findings.show(HEAVY, 'entropy')} with a weight of {WEIGHT:g}."
    )
    demands = [findings.above("ebgan", "gan", "score"), findings.above(HEAVY, "ebgan", "entropy")]
    return findings.decide(demands, text)


@claim(
    "ebgan-grid",
    paper="Zhao et al. 2016",
    where="Table 1 and Figure 3, section 2.4",
    published="EBGAN's scores I' lie to the right of the GAN's over the grid; histograms, no table",
    headline="score",
    better="higher",
    judge=judge,
    quick=Protocol(1, 0.5, {"steps": 10, "varied": 5, "samples": 200} | GRID),
    short=Protocol(16, 9.5, {"steps": 1_800, "varied": 400, "samples": 2_000} | GRID),
    full=Protocol(
        512,
        40_000,
        {
            "steps": 10_000,
            "varied": 400,
            "samples": 10_000,
            "layers_g": [2, 3, 4, 5],
            "layers_d": [2, 3, 4, 5],
            "width_g": [400, 800, 1600, 3200],
            "width_d": [128, 256, 512, 1024],
        },
    ),
    arms={
        "gan": Arm("mnist", "mlp_gan"),
        "ebgan": Arm("mnist", "ebgan"),
        PAPER: Arm("mnist", "ebgan_pt"),
        HEAVY: Arm("mnist", "ebgan_pt", {"repel": WEIGHT}),
    },
)
def ebgan_grid(bench: Bench) -> dict[str, Any]:
    """Scores of EBGANs and GANs at settings drawn from a grid, and what the pulling-away term adds.

    Each seed draws one setting of the paper's grid: layers, widths and dropout of EBGAN, the same ones with
    and without the pulling-away term, and for the GAN the two learning rates, of the MLP that this project has.
    The paper trains 512 EBGANs and 6,144 GANs; the full protocol 512 of each. I' is E KL(p(y) ‖ p(y|x))² with
    the judge's classes, and 0 for a run whose loss was no longer finite. The entropy of the samples' classes is
    that after ``varied`` steps, where those with the term end: while EBGANs still lack classes, above all those
    whose autoencoders have two layers, as all have in the short protocol.
    """
    settings, rng = bench.settings, np.random.default_rng(bench.seed)
    if bench.name == "gan":
        chosen: dict[str, Any] = {flag: float(rng.choice(RATES)) for flag in ("lr_d", "lr_g")}
    else:
        chosen = {flag: int(rng.choice(settings[flag])) for flag in GRID}
        chosen["dropout"] = bool(rng.integers(2))

    def classes(samples: np.ndarray) -> tuple[float, float]:
        with bench.screen.working("scoring the samples") as report:
            logits = find_encoder(None, bench.data(), report).encode(samples).logits
        if logits is None:
            raise ValueError("the score needs labelled data")
        return inception(logits.astype(np.float64))

    def variety(trainer: Trainer) -> dict[str, Any]:
        return {"entropy": classes(sampler(trainer, averaged=False, seed=bench.seed)(settings["samples"]))[1]}

    looks = bench.milestones([settings["varied"]], variety)
    steps = settings["varied"] if bench.name in (PAPER, HEAVY) else settings["steps"]
    run = bench.train_or_diverge(steps=steps, watchers=(looks,), **chosen)
    entropy = looks.rows[0]["entropy"] if looks.rows else 0.0
    found = {"entropy": entropy, "setting": chosen, "diverged": int(run is None)}
    if steps < settings["steps"]:
        return found
    return {"score": classes(run.sample(settings["samples"], seed=bench.seed))[0] if run else 0.0} | found


def inception(logits: np.ndarray) -> tuple[float, float]:
    """Return (I', entropy of the mean class distribution in nats) of logits (n, k)."""
    log_given = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    marginal = np.exp(log_given).mean(axis=0)
    log_marginal = np.log(np.maximum(marginal, 1e-12))
    divergence = (marginal * (log_marginal - log_given)).sum(axis=1)
    return float((divergence**2).mean()), float(-(marginal * log_marginal).sum())
