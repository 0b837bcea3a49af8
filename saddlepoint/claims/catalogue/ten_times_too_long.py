"""DCGAN trained ten times too long: does it collapse, when, and what prevents it."""

from typing import Any

from saddlepoint.claims.bench import Bench, sampler, spaced
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Missing, Protocol
from saddlepoint.claims.verdict import Verdict, mostly
from saddlepoint.engine.loop import Trainer

METRICS = ("frechet", "class_histogram", "diversity")
R1 = {"penalty": ("r1",), "gamma": (1.0,)}
PLAIN = ("plain", "plain digits")
WORSE = 2.0  # times its best Fréchet distance: from there on a run counts as collapsed


def judge(findings: Findings) -> Verdict:
    """Demand that the plain weights mostly collapse, on digits or on MNIST, whichever was tried."""
    parts = []
    for arm in findings.arms:
        diverged = findings.mean(arm, "diverged")
        if diverged == 1:
            parts.append(f"{arm}: every run diverged")
            continue
        for mark, what in (("", "plain weights"), ("_averaged", "averaged weights")):
            parts.append(
                f"{arm}, {what}: Fréchet {findings.show(arm, f'frechet_once{mark}')} at the usual length, "
                f"{findings.show(arm, f'frechet_end{mark}')} at ten times, collapsed "
                f"{findings.mean(arm, f'collapsed{mark}'):.0%} (diverged {diverged:.0%})"
            )
    tried = [arm for arm in PLAIN if arm in findings.arms]
    if not tried:
        raise Missing(f"collapses of {PLAIN[0]}")
    demands = [
        mostly(f"collapses of the plain weights ({arm})", findings.by_seed(arm, "collapsed")) for arm in tried
    ]
    return findings.decide(demands, "; ".join(parts) + ".")


@claim(
    "ten-times-too-long",
    paper="common lore",
    where="open question",
    published="no figure; GANs are said to collapse when they are trained for too long",
    headline="frechet_end",
    curve="frechet",
    better="lower",
    judge=judge,
    quick=Protocol(1, 0.5, {"steps": 2, "looks": 2, "samples": 100}, arms=("plain digits", "r1 digits")),
    short=Protocol(2, 9, {"steps": 1_562, "looks": 20, "samples": 1_500}, arms=("plain digits",)),
    full=Protocol(6, 1_280, {"steps": 9_375, "looks": 40, "samples": 10_000}, arms=("plain", "r1")),
    arms={
        "plain": Arm("mnist", "dcgan"),
        "r1": Arm("mnist", "dcgan", R1),
        "plain digits": Arm("digits", "dcgan"),
        "r1 digits": Arm("digits", "dcgan", R1),
    },
)
def ten_times_too_long(bench: Bench) -> dict[str, Any]:
    """Fréchet distance over ten times the usual training of DCGAN, with plain and averaged weights, and R1.

    The usual length is the recipe's own: 600,000 images of MNIST in the full protocol, 100,000 of the embedded
    digits in the short one, where a seed takes five minutes of a core. A run counts as collapsed from where
    its Fréchet distance is more than twice its best so far and stays so, or whose loss is no longer finite;
    ``collapse`` is when, in usual lengths.
    """
    usual, data = bench.settings["steps"], bench.data()

    def measure(trainer: Trainer) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for averaged, mark in ((False, ""), (True, "_averaged")):
            card = bench.score(data, sampler(trainer, averaged=averaged), METRICS, bench.settings["samples"])
            row |= {f"{name}{mark}": card[name].value for name in ("frechet", "classes", "diversity")}
        return row

    looks = bench.milestones(spaced(10 * usual, bench.settings["looks"]), measure)
    run = bench.train_or_diverge(steps=10 * usual, watchers=(looks,))
    if run is None:
        return {"collapsed": 1, "collapsed_averaged": 1, "diverged": 1, "over_time": looks.rows}
    figures: dict[str, Any] = {"diverged": 0}
    for mark in ("", "_averaged"):
        curve = [row[f"frechet{mark}"] for row in looks.rows]
        when = collapsed_at(curve)
        once = min(looks.rows, key=lambda row: abs(row["step"] - usual))
        figures |= {
            f"frechet_once{mark}": once[f"frechet{mark}"],
            f"frechet_best{mark}": min(curve),
            f"frechet_end{mark}": curve[-1],
            f"collapsed{mark}": int(when is not None),
            f"collapse{mark}": None if when is None else looks.rows[when]["step"] / usual,
        }
    return {**figures, "over_time": looks.rows}


def collapsed_at(curve: list[float]) -> int | None:
    """Return from where on the curve stays above WORSE times its best so far, None where it does not."""
    best = [min(curve[: i + 1]) for i in range(len(curve))]
    bad = [value > WORSE * least for value, least in zip(curve, best, strict=True)]
    return None if not bad[-1] else max((i + 1 for i, flag in enumerate(bad) if not flag), default=0)
