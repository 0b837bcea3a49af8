"""Saturated outputs: pixels at the ends of their range that data do not have there."""

import numpy as np

from saddlepoint.diagnosing.finding import Evidence, Finding, condition
from saddlepoint.diagnosing.panels import samples_and_data
from saddlepoint.diagnosing.signals import Signals
from saddlepoint.plots.panel import Histogram

MORE = 0.3  # share of pixels


@condition(
    "saturated-output",
    after=(
        "diverged",
        "untrained",
        "too-short",
        "data-faults",
        "critic-overfits",
        "generator-climbs",
        "critic-upside-down",
        "rate-too-high",
    ),
    live=True,
)
def saturated_output(signals: Signals) -> Finding | None:
    """Samples have far more pixels at the ends of the range than data."""
    if not signals.samples or signals.data is None or not signals.kind.sized:
        return None
    share = [float(np.isin(part, (0, 255)).mean()) for part in (signals.fake, signals.real)]
    more = share[0] - share[1]
    if more <= MORE:
        return None
    return Finding(
        f"{share[0]:.0%} of the samples' pixels are at the ends of the range, {share[1]:.0%} of the data's",
        min(1.0, 0.5 + (more - MORE)),
        (Evidence("pixels at the ends of the range beyond the data's", more, MORE),),
        "the last layer has outgrown the tanh, where it is flat and learns no more",
        {"lr_g": "half"},
        "or the data are not in the range that they should be in",
        picture=lambda: (
            Histogram(
                "levels of pixels",
                "level of a pixel, from 0 to 255",
                {"data": signals.real.ravel(), "samples": signals.fake.ravel()},
            ),
            *samples_and_data(signals),
        ),
    )
