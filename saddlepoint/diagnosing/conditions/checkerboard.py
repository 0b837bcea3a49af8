"""Checkerboard artefacts: waves of two pixels that data do not have."""

import numpy as np

from saddlepoint.diagnosing.finding import Evidence, Finding, above, condition
from saddlepoint.diagnosing.panels import samples_and_data
from saddlepoint.diagnosing.samples import spectrum
from saddlepoint.diagnosing.signals import Signals
from saddlepoint.plots.panel import Curves

POWER = 20.0  # times that of real images


@condition(
    "checkerboard",
    after=(
        "diverged",
        "untrained",
        "too-short",
        "mode-collapse",
        "critic-overpowers",
        "rate-too-high",
        "data-faults",
        "critic-overfits",
        "generator-climbs",
        "critic-upside-down",
    ),
)
def checkerboard(signals: Signals) -> Finding | None:
    """Samples have a grain of two pixels that data do not have."""
    if not signals.samples or signals.data is None or signals.checkerboard is None:
        return None
    power = signals.checkerboard
    sure = above(power, POWER)
    if sure <= 0.5:
        return None
    return Finding(
        f"waves of two pixels have {power:.1f} times the power that they have in real images",
        sure,
        (Evidence("power at waves of two pixels, over real images", power, POWER),),
        "transposed convolutions whose kernel is no multiple of the stride paint some pixels more often than "
        "others; "
        "early in training any of them does",
        advice="train longer, or use recipe dcgan_upsample, which enlarges first; saddle explain "
        "convolutions shows why",
        picture=lambda: (_spectra(signals), *samples_and_data(signals)),
    )


def _spectra(signals: Signals) -> Curves:
    """Show the power at each number of waves; at the last one, of two pixels, the limit."""
    lines = {"data": spectrum(signals.real), "samples": spectrum(signals.fake)}
    waves = np.arange(1, len(lines["data"]) + 1)
    limit = POWER * float(lines["data"][-1])
    return Curves(
        "power at each wavelength", "waves across an image; the last of two pixels", waves, lines, (limit,)
    )
