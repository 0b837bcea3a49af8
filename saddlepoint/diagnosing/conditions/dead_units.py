"""Dead units: rectifiers that never let anything through."""

import numpy as np

from saddlepoint.diagnosing.finding import Evidence, Finding, above, condition
from saddlepoint.diagnosing.signals import Signals
from saddlepoint.plots.panel import Bars, Examples

DEAD = 0.5


@condition("dead-units", after=("diverged", "rate-too-high", "generator-climbs"))
def dead_units(signals: Signals) -> Finding | None:
    """Most of the generator's rectified units give nothing for any latent."""
    if not signals.samples:
        return None
    units = signals.generator_units
    if units.count == 0 or units.dead <= DEAD:
        return None
    return Finding(
        f"{units.dead:.0%} of the generator's {units.count:,} rectified units are never active",
        above(units.dead, DEAD),
        (Evidence("share of units that are never active", units.dead, DEAD),),
        "a step that was too large has pushed them below zero for every input, where no gradient reaches them",
        {"lr_g": "half"},
        picture=lambda: (
            Bars(
                "share of units that are never active",
                "rectifier",
                {"": np.array(list(units.layers.values()))},
                DEAD,
                list(units.layers),
            ),
            Examples("samples", signals.fake),
        ),
    )
