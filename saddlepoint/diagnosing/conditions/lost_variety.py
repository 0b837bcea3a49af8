"""Variety within what is reached: samples around each mode are too narrow."""

from collections.abc import Iterator

import numpy as np

from saddlepoint.diagnosing.finding import Evidence, Finding, below, condition
from saddlepoint.diagnosing.panels import beside, samples_and_data
from saddlepoint.diagnosing.signals import Signals
from saddlepoint.plots.panel import Bars, Examples, Panel

SPREAD = 0.2  # of the data's variance within bins


@condition(
    "lost-variety",
    after=(
        "diverged",
        "untrained",
        "too-short",
        "mode-collapse",
        "critic-overpowers",
        "critic-too-weak",
        "chain-stuck",
        "batch-statistics",
        "margin",
        "latent-unused",
        "data-faults",
        "critic-overfits",
        "generator-climbs",
        "critic-upside-down",
        "rate-too-high",
    ),
)
def lost_variety(signals: Signals) -> Finding | None:
    """Samples reach the parts of the data, and vary too little within them."""
    if not signals.samples or signals.data is None:
        return None
    spread = signals.bins.spread
    sure = below(spread, SPREAD)
    if sure <= 0.5:
        return None
    return Finding(
        f"within the parts of the data that they reach, samples have {spread:.0%} of the real variance",
        sure,
        (Evidence("variance within parts, over that of data", spread, SPREAD, True),),
        "the generator maps many latents to one example; averaged weights, too, make samples more alike",
        {"penalty": ("r1", "r2")},
        "or train longer: variety within a class comes last",
        picture=lambda: _panels(signals),
    )


def _panels(signals: Signals) -> Iterator[Panel]:
    """Show the ratio of variances in every part, and what lies in the part where most samples are."""
    ratios, cells = signals.bins.ratios, signals.examples.cells
    if np.isnan(ratios).all():
        yield from samples_and_data(signals)
        return
    title = "variance of samples over that of data"
    yield Bars(title, "parts of the data", {title: np.sort(ratios[np.isfinite(ratios)])}, SPREAD)
    fullest = int(np.argmax(np.where(np.isfinite(ratios), signals.bins.fake, -1)))
    yield from beside(
        signals,
        Examples("samples in the fullest part", signals.fake[cells.predict(signals.placed) == fullest]),
        Examples("data in the same part", signals.real[cells.predict(signals.examples.placed) == fullest]),
    )
