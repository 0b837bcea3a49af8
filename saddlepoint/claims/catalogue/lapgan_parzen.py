"""Denton et al. (2015), Table 1: the log-likelihood of CIFAR-10's test images, LAPGAN above the plain GAN."""

from typing import Any

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Verdict

NARROW = {"width": 16}  # channels, where the paper's code has 64


def judge(findings: Findings) -> Verdict:
    """Demand that LAPGAN's log-likelihood lies above the dense GAN's, in the same evaluator."""
    text = (
        f"{findings.show('lapgan', 'log_likelihood', 4)} nats against "
        f"{findings.show('gan', 'log_likelihood', 4)}; real training images score "
        f"{findings.mean('lapgan', 'real'):.1f}. The published values are of another evaluator."
    )
    return findings.decide(
        [findings.above("lapgan", "gan", "log_likelihood")],
        text,
        deny="" if findings.label == "full" else "This training is too short to deny it.",
    )


@claim(
    "lapgan-parzen",
    paper="Denton et al. 2015",
    where="Table 1",
    published="−1799 ± 826 nats against the GAN's −3617 ± 353, in an evaluator of its own",
    headline="log_likelihood",
    better="higher",
    judge=judge,
    quick=Protocol(1, 0.5, {"images": 256, "samples": 100}),
    short=Protocol(2, 10, {"images": 60_000, "samples": 1_000}),
    full=Protocol(5, 560, {"images": 2_500_000, "samples": 10_000}),
    arms={
        "lapgan": Arm("cifar10", "lapgan", NARROW),
        "gan": Arm("cifar10", "lapgan", NARROW | {"levels": 1}),
    },
)
def lapgan_parzen(bench: Bench) -> dict[str, Any]:
    """Parzen-window log-likelihood on CIFAR-10 of LAPGAN and of a GAN of its dense networks alone.

    Both are measured as Goodfellow et al. (2014) do, on pixels in [0, 1], while the paper's evaluator works on
    the bands of the pyramid: the values cannot be compared with the published ones, only their order. The GAN
    is the same recipe with one level, so that optimizers and dense layers are the same. The paper states no
    number of epochs; the full protocol takes 50. Bands have 16 channels where the paper's code has 64.
    """
    return bench.log_likelihood(bench.train(images=bench.settings["images"]))
