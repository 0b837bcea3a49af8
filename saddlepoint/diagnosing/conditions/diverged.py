"""Divergence: losses or scores that are no numbers, or grow without end."""

import numpy as np

from saddlepoint.diagnosing.finding import Evidence, Finding, above, condition
from saddlepoint.diagnosing.panels import losses, samples_and_data, terms
from saddlepoint.diagnosing.signals import Signals, last_part
from saddlepoint.plots.panel import Curves, Histogram

GROWTH, LARGE = 20.0, 50.0  # times its middle, and in its own units
AWAY = 10.0  # variance of samples over that of data
MOVED = 0.02  # of its length, that every player's weights must have moved: a game that began is meant


@condition("diverged", after=("generator-climbs", "critic-upside-down"), live=True)
def diverged(signals: Signals) -> Finding | None:
    """A term is no number any more, or grows without end."""
    if signals.broken is not None:
        step, what = signals.broken
        return Finding(
            f"training ended: {what}",
            1.0,
            (Evidence("what was no number", float("nan"), 0.0),),
            "a rate that is too high, a loss without bounds, such as the logarithm of a probability that is 0, "
            "or numbers beyond the range of the precision",
            {"lr_g": "half", "lr_d": "half"},
            f"or --precision fp32, or a --penalty; step {signals.step:,}, kept before that, was not looked at",
            step,
            picture=lambda: losses(signals, step),
        )
    if not signals.finite:
        return Finding(
            f"some weights are no numbers at step {signals.step:,}",
            1.0,
            (Evidence("weights that are no numbers", float("nan"), 0.0),),
            "a rate that is too high, a loss without bounds, or numbers beyond the range of the precision",
            {"lr_g": "half", "lr_d": "half"},
            "or --precision fp32",
            signals.step,
            picture=lambda: losses(signals),
        )
    names = sorted({name for row in signals.rows for name in row if "/" in name})
    worst: tuple[float, str, float, int | None] = (0.0, "", 0.0, None)
    for name in names:
        curve = signals.curve(name)
        told = np.array([name in row for row in signals.rows])
        broken = told & ~np.isfinite(curve)
        if broken.any():
            step = int(signals.steps()[int(broken.argmax())])
            return Finding(
                f"{name} was no number at step {step:,}",
                1.0,
                (Evidence(name, float("nan"), 0.0),),
                "a rate that is too high, a loss without bounds, or numbers beyond the range of the precision",
                {"lr_g": "half", "lr_d": "half"},
                "or --precision fp32",
                step,
                picture=lambda name=name, step=step: (terms(signals, [name], name, since=step),),
            )
        size = np.abs(curve[np.isfinite(curve)])
        if len(size) < 8:
            continue
        end, middle = float(np.median(last_part(size))), max(float(np.median(size[: len(size) // 2])), 0.1)
        if end > LARGE and end / middle > worst[0]:
            worst = (end / middle, name, middle, signals.since(np.abs(curve) > LARGE))
    growth, name, middle, since = worst
    if growth <= GROWTH:
        return _run_away(signals)
    return Finding(
        f"{name} has grown {growth:.0f}-fold since the first half of the run",
        above(growth, GROWTH),
        (Evidence(f"growth of {name}", growth, GROWTH),),
        "the players drive each other apart: steps are larger than the game's curvature allows",
        {"lr_g": "half", "lr_d": "half", "penalty": ("r1",)},
        since=since,
        picture=lambda: (
            Curves(
                f"size of {name}",
                "step",
                signals.steps(),
                {name: np.abs(signals.curve(name))},
                (GROWTH * middle,),
                since,
            ),
        ),
    )


def _run_away(signals: Signals) -> Finding | None:
    """Find samples that have left the region of the data in all directions."""
    if not signals.samples or signals.data is None or any(one < MOVED for one in signals.moved.values()):
        return None
    variety = signals.variety
    if variety <= AWAY:
        return None
    return Finding(
        f"samples have {variety:,.0f} times the variance of the data",
        above(variety, AWAY),
        (Evidence("variance of samples over that of data", variety, AWAY),),
        "the generator runs away from the data faster than the critic can call it back",
        {"lr_g": "half", "penalty": ("r1",)},
        picture=lambda: (
            Histogram(
                "how far out samples are",
                "distance from the middle of the data, in its deviations",
                {
                    "data": np.linalg.norm(signals.examples.placed, axis=1),
                    "samples": np.linalg.norm(signals.placed, axis=1),
                },
            ),
            *samples_and_data(signals),
        ),
    )
