"""EBGAN's margin: never reached, or so near that the hinge is always zero."""

import numpy as np

from saddlepoint.diagnosing.finding import Evidence, Finding, condition
from saddlepoint.diagnosing.panels import samples_and_data
from saddlepoint.diagnosing.signals import Signals
from saddlepoint.plots.panel import Histogram, Panel


@condition("margin", after=("diverged", "untrained"))
def margin(signals: Signals) -> Finding | None:
    """The margin of an energy-based critic does nothing: all samples are above it, or all far below."""
    limit = getattr(signals.family, "margin", None)
    if limit is None or signals.data is None:
        return None
    import torch

    with torch.no_grad():
        energy = {
            name: signals.player.critic(signals.floats(part[:512])).score.double().numpy()  # pyright: ignore
            for name, part in (("real", signals.real), ("fake", signals.fake_now))
        }
    above = float((energy["fake"] >= limit).mean())
    real, fake = (float(np.median(energy[name])) for name in ("real", "fake"))

    def picture() -> tuple[Panel, ...]:
        groups = {"data": energy["real"], "samples": energy["fake"]}
        over = "energy: mean squared error of the critic's reconstruction"
        return Histogram("energies, and the margin", over, groups, (limit,)), *samples_and_data(signals)

    if above > 0.95:
        return Finding(
            f"{above:.0%} of samples have an energy above the margin of {limit:g}: the critic no longer looks "
            "at them",
            above,
            (Evidence("share of samples above the margin", above, 0.95),),
            "the margin is so small that the hinge is zero: the critic is an autoencoder of data alone",
            {"margin": round(4 * max(fake, limit), 3)},
            picture=picture,
        )
    if limit > 20 * max(fake, real):
        return Finding(
            f"energies are about {fake:.2g} for samples and {real:.2g} for data, the margin is {limit:g}",
            0.8,
            (Evidence("margin over energy", limit / max(fake, real), 20.0),),
            "a margin that is never reached pushes samples up without end, and data with them",
            {"margin": round(2 * max(fake, real), 3)},
            picture=picture,
        )
    return None
