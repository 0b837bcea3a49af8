"""Does an average of the generator's weights make better samples? Both are scored in the same runs."""

from typing import Any

from saddlepoint.claims.bench import Bench, sampler
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Protocol
from saddlepoint.claims.verdict import Verdict, above
from saddlepoint.engine.loop import Trainer

METRICS = ("frechet", "diversity")


def judge(findings: Findings) -> Verdict:
    """Demand that the newest weights lie farther from the data than their average."""
    newest, average = (findings.by_seed("dcgan", f"frechet{mark}") for mark in ("", "_averaged"))
    text = (
        f"Fréchet distance of the newest weights {findings.show('dcgan', 'frechet')}, of their average "
        f"{findings.show('dcgan', 'frechet_averaged')}; diversity within classes "
        f"{findings.show('dcgan', 'diversity')} and {findings.show('dcgan', 'diversity_averaged')}."
    )
    return findings.decide([above("distance of the newest weights less the average's", newest, average)], text)


@claim(
    "averaged-weights",
    paper="Yazıcı et al. 2019",
    where="Tables 1 and 2",
    published="an exponential average of the generator's weights improves FID and IS in every setting tried",
    headline="frechet_averaged",
    better="lower",
    judge=judge,
    quick=Protocol(1, 0.3, {"images": 320, "samples": 100}),
    short=Protocol(5, 6, {"images": 40_000, "samples": 1_500}),
    full=Protocol(10, 30, {"images": 100_000, "samples": 5_000}),
    arms={"dcgan": Arm("digits", "dcgan")},
)
def averaged_weights(bench: Bench) -> dict[str, Any]:
    """Fréchet distance of a DCGAN's newest weights and of their exponential average, of the same run on digits.

    The average forgets a thousandth a step, as the recipe's does. The paper shows CIFAR-10, STL-10 and ImageNet
    with an Inception network; here it is 8x8 digits and this project's judge.
    """
    data, steps = bench.data(), bench.settings["images"] // 64

    def measure(trainer: Trainer) -> dict[str, Any]:
        row: dict[str, Any] = {}
        for averaged, mark in ((False, ""), (True, "_averaged")):
            card = bench.score(data, sampler(trainer, averaged=averaged), METRICS, bench.settings["samples"])
            row |= {f"{name}{mark}": card[name].value for name in METRICS}
        return row

    looks = bench.milestones([steps], measure)
    bench.train(steps=steps, watchers=(looks,))
    return {name: value for name, value in looks.rows[-1].items() if name != "step"}
