"""Checkerboard artefacts: waves of two pixels that data do not have."""

from saddlepoint.diagnosing.finding import Evidence, Finding, above, condition
from saddlepoint.diagnosing.signals import Signals

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
    )
