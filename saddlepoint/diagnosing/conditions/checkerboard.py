"""Checkerboard artefacts: waves of two pixels that data do not have."""

import numpy as np

from saddlepoint.diagnosing.finding import Evidence, Finding, above, condition
from saddlepoint.diagnosing.panels import samples_and_data
from saddlepoint.diagnosing.samples import spectrum
from saddlepoint.diagnosing.signals import Signals
from saddlepoint.plots.panel import Curves

POWER = 20.0  # times that of real images
LEAST = 1e-12  # share of the power that is told from none


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
    lines = {
        name: 10 * np.log10(np.maximum(spectrum(images), LEAST))
        for name, images in (("data", signals.real), ("samples", signals.fake))
    }
    waves = np.arange(1, len(lines["data"]) + 1)
    limit = float(lines["data"][-1] + 10 * np.log10(POWER))
    title = "share of the power, in decibels"
    return Curves(title, "waves across an image; the last of two pixels", waves, lines, (limit,))
