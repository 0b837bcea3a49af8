"""InfoGAN (Chen et al. 2016): a code that turns out to be the digit, found without labels."""

from typing import Any

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import Arm, Findings, Protocol, Verdict, claim
from saddlepoint.claims.networks import CHUNK, trained
from saddlepoint.core.protocol import Family
from saddlepoint.data.batches import to_floats
from saddlepoint.data.dataset import Split

ENTROPY = float(np.log(10))
MATCHED = 10_000  # labelled training images that match codes to digits


def judge(found: Findings) -> Verdict:
    """Demand the paper's error of the full protocol, 15 % of a shorter one, and nearly all the information."""
    error, information = found.mean("infogan", "code_error"), found.mean("infogan", "information")
    text = (
        f"Error of the code as a classifier {found.show('infogan', 'code_error')} of the test images "
        f"(published 0.05); information {found.show('infogan', 'information')} of {ENTROPY:.3f} nats (a bound)."
    )
    bar = 0.06 if found.label == "full" else 0.15
    return Verdict(error <= bar and information >= 2.2, text if bar < 0.1 else f"{text} The bar here is {bar}.")


@claim(
    "infogan-codes",
    paper="Chen et al. 2016",
    where="section 7.2, Figures 1 and 2",
    published="5 % error without labels; L_I about 2.30 nats",
    headline="code_error",
    judge=judge,
    quick=Protocol(1, 0.3, {"images": 640}),
    short=Protocol(2, 9, {"images": 260_000}),
    full=Protocol(5, 70, {"images": 640_000}),
    arms={"infogan": Arm("mnist", "infogan")},
)
def infogan_codes(bench: Bench) -> dict[str, Any]:
    """The categorical code of an InfoGAN as a classifier of MNIST, and the information that it carries.

    Codes are matched to digits on 10,000 labelled training images, one to one, and the error is counted on the
    test images. The paper's code trains for 5,000 updates of 128. In some runs two digits share a code.
    """
    run = bench.train(images=bench.settings["images"])
    data, family = run.data(), trained(run)
    code, digit = _read(family, data.train, MATCHED)
    kinds = len(data.classes)
    counts = np.zeros((int(code.max()) + 1, kinds), np.int64)
    np.add.at(counts, (code, digit), 1)
    rows, columns = linear_sum_assignment(-counts)
    meaning = np.full(len(counts), -1)
    meaning[rows] = columns
    code, digit = _read(family, data.splits["test"], len(data.splits["test"]))
    known = np.where(code < len(meaning), meaning[np.minimum(code, len(meaning) - 1)], -1)
    rows_of_run = run.curves()
    return {
        "code_error": float((known != digit).mean()),
        "information": float(np.mean([row["information"] for row in rows_of_run[-20:]])),
        "information_most": max(row["information"] for row in rows_of_run),
        "steps_to_2.2": next((row["step"] for row in rows_of_run if row["information"] >= 2.2), None),
    }


@torch.inference_mode()
def _read(family: Family, split: Split, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (n,) codes that the recogniser reads off images of a split, and their labels."""
    images, label = split.take(np.arange(min(count, len(split))))
    assert label is not None
    recognise = getattr(family, "recognise")  # noqa: B009 - families without codes lack it
    found = [
        recognise(to_floats(torch.from_numpy(images[start : start + CHUNK]), (-1.0, 1.0)))
        for start in range(0, len(images), CHUNK)
    ]
    return torch.cat(found).numpy(), label
