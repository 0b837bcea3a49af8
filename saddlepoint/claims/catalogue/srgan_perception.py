"""Ledig et al. (2017), Table 2: SRResNet is nearest to the truth, and SRGAN looks more like photographs."""

from typing import Any

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Demand, Verdict, at_least
from saddlepoint.data.subset import random_part
from saddlepoint.scoring.fidelity import fidelity

SCALES = (2, 4)
NARROW = {"width": 16, "blocks": 2, "lr": 1e-3}  # the paper's: 64, 16 and 1e-4
GAME = {"weight": 1e-3, "lr_d": 1e-4, "lr_g": 3e-4}  # the paper's, but for its generator's rate of 1e-4
FLAGS = {"srresnet": NARROW, "srgan": NARROW | GAME}


def arm(recipe: str, scale: int) -> str:
    """Return the name of a recipe's arm."""
    return f"{recipe} ×{scale}"


def judge(findings: Findings) -> Verdict:
    """Demand, at each scale, SRResNet above bicubic and above SRGAN in PSNR, and below SRGAN in likeness."""
    demands: list[Demand] = []
    said: list[str] = []
    for scale in SCALES:
        plain, gan = arm("srresnet", scale), arm("srgan", scale)
        gain = findings.by_seed(plain, "psnr_gain")
        demands += [
            at_least(f"dB of {plain} above bicubic", gain, 0),
            findings.above(plain, gan, "psnr"),
            findings.above(plain, gan, "frechet"),
        ]
        gap = findings.mean(plain, "psnr") - findings.mean(gan, "psnr")
        said.append(
            f"×{scale}: bicubic {findings.mean(plain, 'bicubic'):.2f} dB, "
            f"SRResNet {findings.show(plain, 'psnr', 4)}, SRGAN {findings.show(gan, 'psnr', 4)}, "
            f"{gap:.2f} lower; distance of patches "
            f"{findings.show(plain, 'frechet')} and {findings.show(gan, 'frechet')}."
        )
    deny = "" if findings.label == "full" else "This training is too short to deny it."
    return findings.decide(demands, " ".join(said), deny=deny)


@claim(
    "srgan-perception",
    paper="Ledig et al. 2017",
    where="Table 2",
    published="×4 on Set5: bicubic 28.43 dB, SRResNet 32.05, SRGAN 29.40, which people prefer",
    headline="psnr",
    better="higher",
    judge=judge,
    quick=Protocol(1, 0.5, {"images": 64, "samples": 100}, arms=(arm("srresnet", 2), arm("srgan", 2))),
    short=Protocol(2, 10, {"images": 32_000, "samples": 1_000}),
    full=Protocol(3, 2_000, {"images": 1_600_000, "samples": 10_000}),
    arms={
        arm(recipe, scale): Arm("cifar10", recipe, {**flags, "scale": scale})
        for scale in SCALES
        for recipe, flags in FLAGS.items()
    },
    metrics=("frechet",),
)
def srgan_perception(bench: Bench) -> dict[str, Any]:
    """PSNR on Y without a border, and a distance that nobody was trained on: SRResNet against SRGAN.

    Test images of CIFAR-10 are reduced and enlarged again. Their likeness to photographs is the Fréchet
    distance of patches (``patches``) to training images, where the paper asked people. Smaller than the
    paper's: images of 32 pixels for pieces of 96, 16 channels for 64, 2 blocks for 16, content in pixels (its
    SRGAN-MSE), and a short training at higher rates; SRGAN's is as long as SRResNet's, and its first half is
    that of SRResNet.
    """
    run = bench.train(images=bench.settings["images"])
    data = run.data()
    near = fidelity(run, data)
    test = data.splits["test"]
    images, _ = test.take(random_part(len(test), bench.settings["samples"], bench.seed))
    card = bench.score(data, run.reconstruct(images), ("frechet",), len(images), encoder="patches")
    return {
        "psnr": near["psnr"].value,
        "psnr_gain": near["psnr_gain"].value,
        "bicubic": near["psnr"].detail["bicubic"],
        "ssim": near["ssim"].value,
        "frechet": card["frechet"].value,
        "real": card["frechet"].real,
    }
