"""Do convolutions make a GAN more stable? DCGAN against the MLP at equal images and at equal time."""

from typing import Any

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Demand, Verdict, more_often
from saddlepoint.core.errors import TrainingError

METRICS = ("frechet", "class_histogram", "density_coverage", "diversity")
CROWDED, NARROW = 0.5, 0.3  # share of the commonest class, diversity within classes: beyond it is a collapse
AVERAGE = {"ema": 0.999}


def judge(findings: Findings) -> Verdict:
    """Demand that DCGAN collapses less often and ends nearer, at equal images and at equal time.

    A run that diverges has collapsed; an arm of which all did has no distance, and is judged by that alone.
    """
    parts: list[str] = []
    demands: list[Demand] = []
    for where in ("", " colour"):
        if where and f"dcgan{where}" not in findings.arms:
            continue
        ours = f"dcgan{where}"
        for arm in (f"mlp{where}", f"mlp equal time{where}"):
            collapsed = findings.by_seed(arm, "collapsed"), findings.by_seed(ours, "collapsed")
            demands.append(more_often(f"collapses of {arm} against {ours}", *collapsed))
            if not (_lost(findings, ours) or _lost(findings, arm)):
                demands.append(findings.above(arm, ours, "frechet"))
        for arm in (ours, f"mlp{where}", f"mlp equal time{where}"):
            if _lost(findings, arm):
                parts.append(f"{arm}: every run diverged")
                continue
            parts.append(
                f"{arm}: Fréchet {findings.show(arm, 'frechet')}, coverage {findings.show(arm, 'coverage')}, "
                f"collapsed {findings.mean(arm, 'collapsed'):.0%} "
                f"(diverged {findings.mean(arm, 'diverged'):.0%})"
            )
    return findings.decide(demands, "; ".join(parts) + ".")


@claim(
    "cnn-against-mlp",
    paper="study notes on DCGAN",
    where="open question",
    published="no figure; a GAN of convolutions is said to collapse less than one of dense layers",
    headline="frechet",
    judge=judge,
    quick=Protocol(1, 0.5, {"images": 640, "samples": 200}, arms=("dcgan", "mlp", "mlp equal time")),
    short=Protocol(5, 9.5, {"images": 45_000, "samples": 3_000}, arms=("dcgan", "mlp", "mlp equal time")),
    full=Protocol(5, 800, {"images": 600_000, "samples": 10_000}),
    arms={
        "dcgan": Arm("mnist", "dcgan", AVERAGE),
        "mlp": Arm("mnist", "mlp_gan", AVERAGE),
        "mlp equal time": Arm("mnist", "mlp_gan", AVERAGE),
        "dcgan colour": Arm("cifar10", "dcgan", AVERAGE),
        "mlp colour": Arm("cifar10", "mlp_gan", AVERAGE),
        "mlp equal time colour": Arm("cifar10", "mlp_gan", AVERAGE),
    },
)
def cnn_against_mlp(bench: Bench) -> dict[str, Any]:
    """Collapse rate, coverage and Fréchet distance of DCGAN and of the MLP, on MNIST and in colour.

    Both have an average of their weights, at the recipes' own rates. The MLP at equal time trains for as many
    seconds as DCGAN took with the same seed. Collapsed is a run whose commonest class has more than half of
    the samples, whose diversity within classes is below 0.3, or whose loss is no longer finite. The full
    protocol takes dcgan's usual 600,000 images.
    """
    if "equal time" in bench.name:
        seconds = bench.done.get(bench.name.replace("mlp equal time", "dcgan"), {}).get("training_seconds")
        if seconds is None:
            raise TrainingError("the run of equal time failed")
        run = bench.train_or_diverge(minutes=seconds / 60)
    else:
        run = bench.train_or_diverge(images=bench.settings["images"])
    if run is None:
        return {"collapsed": 1, "diverged": 1}
    last = run.curves()[-1]
    card = bench.score(run.data(), run.sample, METRICS, bench.settings["samples"])
    figures: dict[str, Any] = {name: figure.value for name, figure in card.figures.items()}
    collapsed = figures["class_largest"] > CROWDED or figures["diversity"] < NARROW
    return {
        "collapsed": int(collapsed),
        "diverged": 0,
        "training_seconds": last["seconds"],
        "training_images": last["images"],
        **figures,
    }


def _lost(findings: Findings, arm: str) -> bool:
    return findings.mean(arm, "diverged") == 1
