"""Wang & Gupta 2016: pictures painted from normals show the structure that was asked for."""

from typing import Any

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Verdict, at_least

HEEDED = 0.5  # of the way from another picture's normals to what the estimator sees in real pictures
PAPER, PLAIN, TINY = "style_structure", "without the angle", "16 pixels"


def judge(findings: Findings) -> Verdict:
    """Demand that pictures say at least half as much of the normals asked for as real ones do of theirs."""
    parts = [
        f"{arm}: normals in the picture are {findings.show(arm, 'angle')}° from those asked for, and "
        f"{findings.show(arm, 'angle_shuffled')}° from another's; of real pictures the estimator misses "
        f"{findings.show(arm, 'real')}° of {findings.show(arm, 'real_shuffled')}°. "
        f"Heeded: {findings.show(arm, 'heeded')}."
        for arm in findings.arms
    ]
    paper = PAPER if PAPER in findings.arms else TINY
    demands = [at_least("share of the structure heeded", findings.by_seed(paper, "heeded"), HEEDED)]
    deny = "" if findings.label == "full" else "This training is too short to deny it."
    return findings.decide(demands, " ".join(parts), deny=deny)


@claim(
    "structure-style-angles",
    paper="Wang and Gupta 2016",
    where="sections 3 and 4",
    published="no number: pictures follow the normals that they are made from",
    headline="heeded",
    better="higher",
    judge=judge,
    quick=Protocol(1, 0.5, {"images": 640, "samples": 64}, arms=(TINY,)),
    short=Protocol(1, 10, {"images": 200_000, "samples": 1_000}, arms=(PAPER,)),
    full=Protocol(3, 300, {"images": 1_000_000, "samples": 2_000}, arms=(PAPER, PLAIN)),
    arms={
        PAPER: Arm("scenes", "style_structure"),
        PLAIN: Arm("scenes", "style_structure", {"weight": 0.0}),
        TINY: Arm("scenes:16:200", "style_structure", {"width": 8}),
    },
    metrics=("structure",),
)
def structure_style_angles(bench: Bench) -> dict[str, Any]:
    """How far normals seen in painted pictures are from those asked for, between real pairs and shuffled ones.

    An estimator that no game has a part in, trained on real views, reads normals off pictures. ``angle`` is its
    distance in degrees from the normals that the game made a picture of, ``angle_shuffled`` that from another
    picture's, ``real`` and ``real_shuffled`` the same of held-out real views. ``heeded`` is where the game lies
    between a picture that says nothing of its normals (0) and one that says what real ones do (1):
    (shuffled − angle) over (shuffled − real). Smaller than the paper's: rendered rooms of 32 pixels for
    photographs of 128, and minutes for days. How much is heeded rises with the length:
    40,000 views are too few.
    """
    run = bench.train(images=bench.settings["images"])
    card = bench.score(
        run.data(), lambda n: run.sample(n, seed=bench.seed), ("structure",), bench.settings["samples"]
    )
    angle, shuffled = card["angle"], card["angle_shuffled"]
    assert angle.value is not None
    assert shuffled.value is not None
    assert angle.real is not None
    return {
        "angle": angle.value,
        "angle_shuffled": shuffled.value,
        "real": angle.real,
        "real_shuffled": shuffled.real,
        "heeded": (shuffled.value - angle.value) / (shuffled.value - angle.real),
    }
