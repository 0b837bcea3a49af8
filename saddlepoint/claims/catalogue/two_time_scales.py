"""TTUR (Heusel et al. 2017): two learning rates against one, each as good as its best of three settings."""

import math
from typing import Any

from saddlepoint.claims.bench import Bench
from saddlepoint.claims.claim import claim
from saddlepoint.claims.protocol import Arm, Findings, Missing, Protocol
from saddlepoint.claims.verdict import Verdict, at_least

ONE = {"2e-4": (2e-4, 2e-4), "5e-4": (5e-4, 5e-4), "1e-3": (1e-3, 1e-3)}  # (critic's, generator's)
TWO = {"2e-4, 1e-3": (2e-4, 1e-3), "1e-3, 2e-4": (1e-3, 2e-4), "5e-4, 1e-3": (5e-4, 1e-3)}
PUBLISHED = math.log(21.4 / 12.5)  # what two rates gain, as the logarithm of a ratio of distances


def judge(findings: Findings) -> Verdict:
    """Demand half of the published gain of two rates, at the setting of each that other seeds prefer."""
    one, two = (_chosen(findings, rates) for rates in (ONE, TWO))
    both = [seed for seed in one.keys() & two.keys() if one[seed] > 0 < two[seed]]
    gain = {seed: math.log(one[seed] / two[seed]) for seed in both}
    if not gain:
        raise Missing("a seed whose distances with both kinds of rates are above zero")
    ratio = math.exp(sum(gain.values()) / len(gain))
    text = "Fréchet distance at (critic's, generator's) rate: " + ", ".join(
        f"{arm} {findings.show(arm, 'frechet')}" for arm in findings.arms
    )
    text += (
        f". The best single rate's is {ratio:.2f} times the best pair's; published are "
        f"{math.exp(PUBLISHED):.2f}, and half of the logarithm of that is demanded."
    )
    return findings.decide([at_least("logarithm of that ratio", gain, PUBLISHED / 2)], text)


@claim(
    "two-time-scales",
    paper="Heusel et al. 2017",
    where="Table 1",
    published="DCGAN on CelebA: FID 12.5 with two rates, 21.4 with one, the best of several each",
    headline="frechet",
    better="lower",
    judge=judge,
    quick=Protocol(1, 0.4, {"images": 320, "samples": 100}, arms=("2e-4", "2e-4, 1e-3")),
    short=Protocol(5, 10, {"images": 20_000, "samples": 1_500}),
    full=Protocol(10, 100, {"images": 100_000, "samples": 5_000}),
    arms={name: Arm("digits", "dcgan", {"lr_d": d, "lr_g": g}) for name, (d, g) in {**ONE, **TWO}.items()},
)
def two_time_scales(bench: Bench) -> dict[str, Any]:
    """Fréchet distance of DCGAN on digits with one learning rate for both players and with two.

    Three settings of each kind, which span the same rates. A seed is judged at the setting whose mean over the
    other seeds is lowest, so that no setting is chosen on the seed that reports it.
    """
    run = bench.train(images=bench.settings["images"])
    card = bench.score(run.data(), run.sample, ("frechet", "diversity"), bench.settings["samples"])
    return {name: figure.value for name, figure in card.figures.items()}


def _chosen(findings: Findings, rates: dict[str, Any]) -> dict[int, float]:
    """Return seed -> distance at the setting that is best over the other seeds, over its own if it is alone."""
    found = {arm: findings.by_seed(arm, "frechet") for arm in rates if arm in findings.arms}
    if not found:
        raise Missing(" or ".join(rates))
    seeds = sorted(set.intersection(*(set(values) for values in found.values())))

    def others(arm: str, seed: int) -> float:
        values = [value for other, value in found[arm].items() if other != seed] or [found[arm][seed]]
        return sum(values) / len(values)

    return {seed: found[min(found, key=lambda arm: others(arm, seed))][seed] for seed in seeds}
