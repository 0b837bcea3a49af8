"""InfoGAN (Chen et al. 2016): a code that turns out to be the digit, found without labels."""

import math
import statistics
from typing import Any

import numpy as np

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import SHARE, Verdict, at_least, at_most
from saddlepoint.evaluate.class_figures import code_error

ENTROPY = math.log(10)
GOAL = 0.04  # median error over seeds after at most a quarter of an hour's training on two CPU cores


def judge(findings: Findings) -> Verdict:
    """Demand 6 % of the full protocol, the published 5 % and a point of tolerance; 15 % of a shorter one.

    Of the information the bar is 2.2 nats, where the paper has about 2.30 and no more than log 10 is possible,
    and the control must stay below half of that. Two views are ours: told beside the goal, not judged.
    """
    bar = 0.06 if findings.label == "full" else 0.15
    text = (
        f"The code as a classifier errs on {findings.show('infogan', 'code_error')} of the test images "
        f"(published 0.05, the bar is {bar}); L_I {findings.show('infogan', 'information')} of {ENTROPY:.3f} "
        f"nats, of a plain GAN {findings.show('control', 'information')}."
    )
    if findings.has("two views", "code_error"):
        errors = findings.values("two views", "code_error")
        median = statistics.median(errors)
        text += (
            " With two views of each real image that share a code, and batches of 64: "
            f"{findings.show('two views', 'code_error')}, median of {len(errors)}: {median:.3g}"
        )
        reached = "met" if median <= GOAL else "missed"
        text += "." if findings.label == "full" else f" (our goal {GOAL} in a quarter of an hour, {reached})."
    demands = [
        at_most("error of the code", findings.by_seed("infogan", "code_error"), bar, SHARE),
        at_least("L_I", findings.by_seed("infogan", "information"), 2.2, (0, ENTROPY)),
        at_most("L_I of the control", findings.by_seed("control", "information"), 1.1, (0, ENTROPY)),
    ]
    return findings.decide(demands, text)


@claim(
    "infogan-codes",
    paper="Chen et al. 2016",
    where="section 7.2, Figures 1 and 2",
    published="5 % error without labels; L_I about 2.30 nats",
    headline="code_error",
    judge=judge,
    quick=Protocol(1, 0.3, {"images": 640}),
    short=Protocol(1, 10, {"images": 100_000}),
    full=Protocol(5, 250, {"images": 640_000}),
    arms={
        "infogan": Arm("mnist", "infogan"),
        "two views": Arm("mnist", "infogan", {"invariance": 1.0, "batch": 64}),
        "control": Arm("mnist", "infogan", {"reward": False}),
    },
)
def infogan_codes(bench: Bench) -> dict[str, Any]:
    """The categorical code of an InfoGAN as a classifier of MNIST, and the information that it carries.

    Codes are matched to digits one to one on the test images themselves, as in the paper. The paper's code
    trains for 5,000 updates of 128. In some runs two digits share a code. The arm "two views" adds what the
    codes of a real image and of an affine view of it share (Ji et al. 2019), which needs no label either, and
    takes batches of 64, so as many images are twice as many updates.
    """
    run = bench.train(images=bench.settings["images"])
    test = run.data().splits["test"]
    images, label = test.take(np.arange(len(test)))
    code, rows = run.recognise(images), run.curves()
    assert code is not None
    assert label is not None
    return {
        "code_error": code_error(code, label).value,
        "information": float(np.mean([row["information"] for row in rows[-20:]])),
        "information_most": max(row["information"] for row in rows),
        "steps_to_2.2": next((row["step"] for row in rows if row["information"] >= 2.2), None),
    }
