"""DCGAN (Radford et al. 2016), Table 3: test digits named by their nearest generated neighbour."""

from typing import Any

import numpy as np

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import Arm, Findings, Protocol, Verdict, claim
from saddlepoint.evaluate.distances import nearest

PUBLISHED, BAR = 0.0298, 0.05


def judge(found: Findings) -> Verdict:
    """Demand the published error of the full protocol, and 5 % of a shorter one."""
    error = found.mean("dcgan", "error")
    bar = PUBLISHED + 0.005 if found.label == "full" else BAR
    text = (
        f"Error {found.show('dcgan', 'error')} from generated neighbours, {found.mean('dcgan', 'real'):.4f} "
        f"from as many real ones (published {PUBLISHED} with 50,000 samples); the bar is {bar:.4f}."
    )
    return Verdict(error <= bar, text)


@claim(
    "conditional-knn",
    paper="Radford et al. 2016",
    where="Table 3",
    published="2.98 % error of 1-NN on 50,000 samples",
    headline="error",
    judge=judge,
    quick=Protocol(1, 0.4, {"images": 1_280, "samples": 500, "tested": 500}),
    short=Protocol(1, 9.5, {"images": 260_000, "samples": 50_000, "tested": 10_000}),
    full=Protocol(3, 600, {"images": 6_000_000, "samples": 50_000, "tested": 10_000}),
    arms={"dcgan": Arm("mnist", "conditional_dcgan")},
)
def conditional_knn(bench: Bench) -> dict[str, Any]:
    """The error of a nearest neighbour among a conditional DCGAN's samples on MNIST's test images.

    As many samples of each class, Euclidean distance of pixels, all test images, and as many real training
    images as the control. The paper trains for 200 epochs of 50,000 images.
    """
    run = bench.train(images=bench.settings["images"])
    data, settings = run.data(), bench.settings
    test, truth = data.splits["test"].take(np.arange(min(settings["tested"], len(data.splits["test"]))))
    train, label = data.train.take(np.arange(min(settings["samples"], len(data.train))))
    assert truth is not None
    assert label is not None
    each = max(1, settings["samples"] // len(data.classes))
    with bench.screen.working("looking for neighbours"):
        kinds = range(len(data.classes))
        samples = np.concatenate([run.sample(each, seed=bench.seed, label=kind) for kind in kinds])
        neighbour, _ = nearest(_flat(test), _flat(samples))
        named = neighbour // each  # samples come class by class
        control = label[nearest(_flat(test), _flat(train))[0]]
    return {"error": float((named != truth).mean()), "real": float((control != truth).mean())}


def _flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1).astype(np.float32) / 255
