"""Oscillation: players that chase each other in ever the same circle."""

from collections.abc import Iterator

import numpy as np

from saddlepoint.diagnosing.finding import Evidence, Finding, condition
from saddlepoint.diagnosing.signals import Signals
from saddlepoint.plots.panel import Curves, Panel

REPEATS, SWING, FEWEST = 0.5, 0.5, 24  # autocorrelation at a later peak; deviation over mean; rows


@condition(
    "oscillation",
    after=("diverged", "data-faults", "generator-climbs", "rate-too-high"),
    live=True,
)
def oscillation(signals: Signals) -> Finding | None:
    """The generator's loss swings regularly and widely."""
    # Who overpowers whom and what samples lack depends on where in the circle a run ended: no cause of it.
    curve = signals.curve("g/adversarial")
    seen = np.flatnonzero(np.isfinite(curve))[len(curve) // 3 :]
    curve = curve[seen]
    if len(curve) < FEWEST or (signals.data is not None and signals.samples and signals.told_apart < 0.7):
        return None
    swing = float(curve.std() / max(abs(curve.mean()), 1e-3))
    even = curve - np.polyval(np.polyfit(np.arange(len(curve)), curve, 2), np.arange(len(curve)))
    power = np.correlate(even, even, "full")[len(even) - 1 :] / max(float(even @ even), 1e-12)
    below_zero = int(np.argmax(power < 0)) if (power < 0).any() else len(power)
    repeats = float(power[below_zero : 2 * len(power) // 3].max(initial=0.0))
    if repeats <= REPEATS or swing <= SWING:
        return None
    return Finding(
        f"the generator's loss swings by {swing:.0%} of its mean, and repeats itself (autocorrelation "
        f"{repeats:.2f})",
        min(1.0, 0.5 + (repeats - REPEATS) + 0.2 * (swing - SWING)),
        (
            Evidence("autocorrelation at the next peak", repeats, REPEATS),
            Evidence("swing of the loss over its mean", swing, SWING),
        ),
        "simultaneous gradient steps turn around a saddle; without damping they never come to rest "
        "(saddle explain games)",
        {"penalty": ("r1",), "lr_g": "half", "lr_d": "half"},
        picture=lambda: _panels(signals.steps()[seen], curve, power),
    )


def _panels(steps: np.ndarray, curve: np.ndarray, power: np.ndarray) -> Iterator[Panel]:
    """Show the loss, and how it repeats itself."""
    yield Curves("the generator's loss", "step", steps, {"g/adversarial": curve})
    shown = 2 * len(power) // 3
    later, again = steps[:shown] - steps[0], {"autocorrelation": power[:shown]}
    yield Curves("how alike the loss is to itself some steps later", "steps later", later, again, (REPEATS,))
