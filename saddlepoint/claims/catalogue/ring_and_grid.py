"""PacGAN (Lin et al. 2018): modes of a ring and a grid of Gaussians."""

from typing import Any

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Demand, Verdict

PUBLISHED = {  # modes, share of high quality, KL divergence of modes
    "ring8": {"gan": (6.3, 0.982, 0.45), "pac2": (7.9, 0.956, 0.07), "pac3": (7.8, 0.977, 0.10)}
    | {"pac4": (7.8, 0.959, 0.07)},
    "grid25": {"gan": (17.3, 0.948, 0.70), "pac2": (23.8, 0.913, 0.13), "pac3": (24.6, 0.942, 0.06)}
    | {"pac4": (24.8, 0.936, 0.04)},
}
METHODS: dict[str, tuple[str, dict[str, Any]]] = {
    "gan": ("pacgan", {"pack": 1}),
    "pac2": ("pacgan", {"pack": 2}),
    "pac3": ("pacgan", {"pack": 3}),
    "pac4": ("pacgan", {"pack": 4}),
    "wgan-gp": ("wgan_gp", {}),
    "r3gan": ("r3gan", {}),
}
SHARP = 0.5  # share of high-quality samples below which training has not settled
NAMES = {"ring8": "ring", "grid25": "grid"}


def judge(findings: Findings) -> Verdict:
    """Demand that packing covers more modes than the plain GAN, on the grid and on the ring if it was tried."""
    parts: list[str] = []
    demands: list[Demand] = []
    sharp: list[bool] = []
    for data, name in NAMES.items():
        if name == "ring" and f"gan {name}" not in findings.arms:
            continue
        packed = [arm for arm in (f"pac2 {name}", f"pac4 {name}") if arm in findings.arms]
        demands += [findings.above(arm, f"gan {name}", "modes") for arm in packed]
        sharp += [findings.mean(arm, "high_quality") > SHARP for arm in (f"gan {name}", *packed)]
        for method in METHODS:
            arm = f"{method} {name}"
            if arm in findings.arms:
                paper = PUBLISHED[data].get(method)
                beside = f" (published {paper[0]:g})" if paper else ""
                quality = f"{findings.mean(arm, 'high_quality'):.0%} of high quality"
                parts.append(f"{arm} {findings.show(arm, 'modes')} modes{beside}, {quality}")
    text = "; ".join(parts) + "."
    if not (all(sharp) and demands):
        return Verdict(None, f"{text} Too short to decide: below {SHARP:.0%} of high quality modes say little.")
    return findings.decide(demands, text)


@claim(
    "ring-and-grid",
    paper="Lin et al. 2018",
    where="Table 1 (PacGAN)",
    published="modes of 8 and 25: GAN 6.3, 17.3; PacGAN-2 7.9, 23.8; PacGAN-3 7.8, 24.6; PacGAN-4 7.8, 24.8",
    headline="modes",
    judge=judge,
    quick=Protocol(
        1,
        0.4,
        {"images": 2_000, "samples": 500, "faster": 1.0, "width": 128},
        arms=("gan grid", "pac2 grid", "pac4 grid", "wgan-gp ring", "r3gan ring"),
    ),
    short=Protocol(
        2,
        10,
        {"images": 4_000_000, "samples": 2_500, "faster": 10.0, "width": 128},
        arms=("gan grid", "pac2 grid"),
    ),
    full=Protocol(10, 9_000, {"images": 40_000_000, "samples": 2_500, "faster": 1.0, "width": 400}),
    arms={
        f"{method} {name}": Arm(data, recipe, flags)
        for data, name in NAMES.items()
        for method, (recipe, flags) in METHODS.items()
    },
    metrics=("modes",),
)
def ring_and_grid(bench: Bench) -> dict[str, Any]:
    """Modes and high-quality samples of GAN, PacGAN, WGAN-GP and R3GAN on eight and on 25 Gaussians.

    GAN and PacGAN take the same number of steps, of 100 packs as in the paper, so that a pack of m sees m times
    the points; WGAN-GP and R3GAN see as many as the GAN. The paper trains for 400 epochs of 100,000 points at a
    rate of 1e-4 and 400 units; the short protocol for 40 of the grid at ten times that rate, with 128 units,
    GAN and PacGAN-2 alone, and decides nothing where that leaves most samples between the modes. WGAN-GP and
    R3GAN have no published figures here. A perfect sampler covers all modes with 98.89 % of high quality.
    """
    own: dict[str, Any] = {}
    if bench.arm.recipe == "pacgan":
        own = dict.fromkeys(("lr_d", "lr_g"), 1e-4 * bench.settings["faster"])
        own["width"] = bench.settings["width"]
    run = bench.train(images=bench.settings["images"] * bench.arm.flags.get("pack", 1), **own)
    card = bench.score(run.data(), run.sample, ("modes",), bench.settings["samples"])
    return {name: figure.value for name, figure in card.figures.items()}
