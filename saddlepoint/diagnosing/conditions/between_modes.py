"""Between modes: samples lie in the gaps that the data leave empty."""

import numpy as np

from saddlepoint.diagnosing.finding import Evidence, Finding, above, condition
from saddlepoint.diagnosing.samples import gap, nearest
from saddlepoint.diagnosing.signals import Signals
from saddlepoint.plots.panel import Examples, Histogram

BETWEEN, NEAR = 0.6, 0.25  # share of samples; part of the gap between modes that is still near to one


@condition(
    "between-modes",
    after=(
        "diverged",
        "untrained",
        "too-short",
        "mode-collapse",
        "critic-overpowers",
        "critic-too-weak",
        "latent-unused",
        "data-faults",
        "critic-overfits",
        "memorised",
        "generator-climbs",
        "critic-upside-down",
        "rate-too-high",
    ),
)
def between_modes(signals: Signals) -> Finding | None:
    """Most samples of points lie between the modes, where there are no data."""
    if not signals.samples or signals.data is None or signals.kind.name != "points":
        return None
    width = gap(signals.examples.placed)
    if width is None:
        return None
    far = nearest(signals.examples.placed, signals.placed)[0] / width
    share = float(np.mean(far > NEAR))
    sure = above(share, BETWEEN)
    if sure <= 0.5:
        return None
    return Finding(
        f"{share:.0%} of samples lie in the gaps between modes, a quarter of a gap or more from all data",
        sure,
        (Evidence("share of samples between modes", share, BETWEEN),),
        "a generator is continuous: samples on the way from one mode to the next remain until it has learned "
        "to cross the gaps steeply, which takes long, and width",
        {},
        "use recipe deligan, whose latent has components for modes to share; or train longer, or with a wider "
        "network (--width)",
        picture=lambda: (
            Histogram(
                "samples are far from all data",
                "distance to the nearest example over the gap between modes",
                {"samples": far},
                (NEAR,),
            ),
            Examples("samples over data", signals.fake),
        ),
    )
