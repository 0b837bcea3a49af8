"""PacGAN (Lin et al. 2018): a thousand modes, three digits as the channels of one image."""

from typing import Any

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Missing, Protocol
from saddlepoint.claims.verdict import Demand, Verdict

PUBLISHED = {"gan": (78.9, 4.50), "pac2": (1000, 0.06), "pac4": (1000, 0.07)}  # modes, KL divergence
OURS = "dcgan"  # held against what PacGAN reached, and told beside the published order, not judged
DATA = {"": "stacked_mnist", " digits": "stacked_digits"}  # by the ends of arms' names


def judge(findings: Findings) -> Verdict:
    """Demand that packing covers more modes than the plain GAN, of stacked digits or of Stacked MNIST."""
    parts: list[str] = []
    demands: list[Demand] = []
    for end in DATA:
        for arm in (f"{name}{end}" for name in (OURS, *PUBLISHED) if f"{name}{end}" in findings.arms):
            paper = PUBLISHED.get(arm)
            beside = f" (published {paper[0]:g}, {paper[1]:g})" if paper else ""
            parts.append(
                f"{arm} {findings.show(arm, 'modes', 4)} modes, KL {findings.show(arm, 'divergence')}{beside}"
            )
        packed = [arm for arm in (f"pac2{end}", f"pac4{end}") if arm in findings.arms]
        demands += [findings.above(arm, f"gan{end}", "modes") for arm in packed]
    if not demands:
        raise Missing("any packed arm")
    text = "; ".join(parts)
    if not any(arm in findings.arms for arm in PUBLISHED):
        text = f"Of stacked digits of 8×8, and not of MNIST's: {text}"
    modes, divergence = PUBLISHED["pac2"]
    if OURS in findings.arms:
        met = findings.mean(OURS, "modes") >= modes and findings.mean(OURS, "divergence") <= divergence
        mark = f"PacGAN's {modes:,} modes at a KL of {divergence:g}, the mark for {OURS}"
        text = f"{text}. {mark}: {'met' if met else 'missed'}"
    samples = findings.settings["samples"]
    return findings.decide(
        demands, f"{text}. {samples:,} perfect samples would have a KL of {(modes - 1) / (2 * samples):.4f}."
    )


@claim(
    "stacked-mnist",
    paper="Lin et al. 2018",
    where="Table 2 (PacGAN)",
    published="modes of 1,000: DCGAN 78.9, PacDCGAN-2 1000, PacDCGAN-4 1000",
    headline="modes",
    judge=judge,
    quick=Protocol(1, 0.5, {"images": 640, "samples": 500}, arms=("gan digits", "pac2 digits")),
    short=Protocol(
        8, 9, {"images": 50_000, "samples": 26_000}, arms=("gan digits", "pac2 digits", "pac4 digits")
    ),
    full=Protocol(10, 39_000, {"images": 6_400_000, "samples": 26_000}, arms=(OURS, *PUBLISHED)),
    arms={
        OURS: Arm("stacked_mnist", "dcgan", {"objective": "relativistic"}),
        **{
            f"{name}{end}": Arm(data, "pacgan", {"pack": pack, "generator_steps": 2})
            for end, data in DATA.items()
            for name, pack in (("gan", 1), ("pac2", 2), ("pac4", 4))
        },
    },
    metrics=("stacked_modes",),
)
def stacked_mnist(bench: Bench) -> dict[str, Any]:
    """Modes of stacked digits that GAN and PacGAN cover, and their divergence from equal shares.

    PacGAN's protocol: 26,000 samples and a classifier of digits. All take the same number of steps, of 64 packs
    as in the paper, which trains for 50 epochs of 128,000 images, so that a pack of m sees m times the images.
    The full protocol has this project's dcgan with the relativistic loss beside them. Those networks at 28×28
    are too slow for a CPU: the short protocol stacks the embedded digits of 8×8, of a thousand kinds as well.
    """
    run = bench.train(images=bench.settings["images"] * bench.arm.flags.get("pack", 1))
    card = bench.score(run.data(), run.sample, ("stacked_modes",), bench.settings["samples"])
    return {"modes": card["stacked_modes"].value, "divergence": card["stacked_kl"].value}
