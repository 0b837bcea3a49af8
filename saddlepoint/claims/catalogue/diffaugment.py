"""DiffAugment (Zhao et al. 2020): a critic learns few images by heart, unless it never sees them plain."""

from typing import Any

import numpy as np

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.game import logits, trained
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Verdict
from saddlepoint.data.subset import random_part

HELD = 2_000  # test images


def judge(findings: Findings) -> Verdict:
    """Demand that the gap between training and test images shrinks."""
    parts = [
        f"{arm}: gap {findings.show(arm, 'gap')} (accuracy on training images "
        f"{findings.mean(arm, 'real_train'):.0%}, on test images {findings.mean(arm, 'real_test'):.0%}), "
        f"Fréchet distance {findings.show(arm, 'frechet')}"
        for arm in ("plain", "augmented")
    ]
    return findings.decide([findings.above("plain", "augmented", "gap")], "; ".join(parts) + ".")


@claim(
    "diffaugment",
    paper="Zhao et al. 2020",
    where="Figure 1 and section 3",
    published="the critic's gap between training and validation images shrinks under augmentation",
    headline="gap",
    better="lower",
    judge=judge,
    quick=Protocol(1, 0.4, {"images": 640, "samples": 200}),
    short=Protocol(2, 9, {"images": 120_000, "samples": 5_000}),
    full=Protocol(5, 100, {"images": 600_000, "samples": 10_000}),
    arms={
        "plain": Arm("mnist@1000", "dcgan"),
        "augmented": Arm("mnist@1000", "dcgan", {"augment": "translation,cutout"}),
    },
)
def diffaugment(bench: Bench) -> dict[str, Any]:
    """The critic's logit of training images less that of test images, from 1,000 MNIST images.

    ``gap`` is the difference of the mean logits in units of their joint standard deviation, which does not
    depend on how sure the critic is; ``real_train`` and ``real_test`` are the shares called real. The Fréchet
    distance is from all of MNIST. The paper shows CIFAR-10; the policy here is translation and cutout, and the
    full protocol takes dcgan's usual 600,000 images, not the paper's length.
    """
    run = bench.train(images=bench.settings["images"])
    data = run.data()
    experiment = trained(run)
    critic = experiment.family.get_submodule("critic")
    seen, _ = data.train.take(np.arange(len(data.train)))
    test = data.splits["test"]
    held, _ = test.take(random_part(len(test), HELD, bench.seed))
    train, unseen = (logits(critic, images, experiment.range) for images in (seen, held))
    card = bench.score(bench.whole(), run.sample, ("frechet",), bench.settings["samples"])
    return {
        "gap": float((train.mean() - unseen.mean()) / np.concatenate([train, unseen]).std()),
        "gap_logit": float(train.mean() - unseen.mean()),
        "real_train": float((train > 0).mean()),
        "real_test": float((unseen > 0).mean()),
        "frechet": card["frechet"].value,
    }
