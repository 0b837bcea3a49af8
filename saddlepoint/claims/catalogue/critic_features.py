"""DCGAN (Radford et al. 2016), Table 1: what a linear classifier reads from the critic's layers."""

from dataclasses import asdict
from typing import Any

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Verdict, at_least
from saddlepoint.scoring.probe import probe_run

ROWS = {"critic": "critic", "random critic": "random", "pixels": "pixels", "patches": "patches"}
GAIN = 0.03


def judge(findings: Findings) -> Verdict:
    """Demand that training adds three points to what the same network reads at random weights."""
    trained_, random = findings.mean("dcgan", "critic"), findings.mean("dcgan", "random")
    rows = ", ".join(f"{name} {findings.mean('dcgan', key):.1%}" for name, key in ROWS.items())
    patches = "above" if trained_ > findings.mean("dcgan", "patches") else "below"
    text = (
        f"{rows}; training adds {100 * (trained_ - random):+.1f} points, and the critic is {patches} k-means "
        "patches (the paper's is 2.2 points above them)."
    )
    untrained = findings.by_seed("dcgan", "random")
    gain = {seed: value - untrained[seed] for seed, value in findings.by_seed("dcgan", "critic").items()}
    return findings.decide([at_least("gain of training", gain, GAIN)], text)


@claim(
    "critic-features",
    paper="Radford et al. 2016",
    where="Table 1",
    published="82.8 % with all labels, one layer of k-means 80.6 %",
    headline="critic",
    better="higher",
    judge=judge,
    quick=Protocol(1, 0.5, {"images": 640, "labelled": 300}),
    short=Protocol(1, 10, {"images": 140_000, "labelled": 5_000}),
    full=Protocol(3, 320, {"images": 1_500_000, "labelled": 20_000}),
    arms={"dcgan": Arm("cifar10", "dcgan")},
)
def critic_features(bench: Bench) -> dict[str, Any]:
    """A linear SVM on a DCGAN critic's layers for CIFAR-10, beside random weights, pixels and k-means patches.

    The paper's critic learned from ImageNet; this one learns from CIFAR-10 itself without its labels, is
    narrower, and its classifier sees fewer labelled images. The same network before training is the control
    without which the accuracy says nothing of the training; both have the batch-norm statistics of real images.
    Accuracies are over all test images. The full protocol takes 30 epochs of CIFAR-10.
    """
    run = bench.train(images=bench.settings["images"])
    with bench.screen.working("reading the critic's layers"):
        rows = probe_run(run, images=bench.settings["labelled"], seed=bench.seed, quiet=True).rows
    figures: dict[str, Any] = {key: rows[name].accuracy for name, key in ROWS.items()}
    return {**figures, "features": rows["critic"].features, "rows": {n: asdict(row) for n, row in rows.items()}}
