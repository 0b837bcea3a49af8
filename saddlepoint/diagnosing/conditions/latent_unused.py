"""A VAE that does not use its latent."""

import math

import numpy as np
import torch

from saddlepoint.diagnosing.finding import Evidence, Finding, above, condition
from saddlepoint.diagnosing.panels import samples_and_data
from saddlepoint.diagnosing.signals import Signals
from saddlepoint.plots.panel import Bars

IDLE, SILENT = (
    0.8,
    0.02,
)  # share of dimensions, of those that data have at most, and nats below which one is idle


@condition("latent-unused", after=("diverged", "untrained"))
def latent_unused(signals: Signals) -> Finding | None:
    """Most dimensions of a VAE's code carry nothing: the posterior is the prior."""
    encoder = getattr(signals.family, "encoder", None)
    if encoder is None or signals.data is None:
        return None
    with torch.no_grad():
        output = encoder(signals.floats(signals.real[:512])).double()
    if output.dim() != 2 or output.shape[1] % 2:
        return None
    mean, log_variance = output.chunk(2, 1)
    nats = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).mean(0)
    most = min(len(nats), signals.real[0].size)  # no code of points in a plane needs more than two
    idle = 1 - min(1.0, int((nats >= SILENT).sum()) / most)
    sure = above(idle, IDLE)
    if sure <= 0.5 or math.isclose(idle, 0):
        return None
    return Finding(
        f"{idle:.0%} of the {most} dimensions that the code could use carry less than {SILENT} nats",
        sure,
        (Evidence("share of dimensions that are idle", idle, IDLE),),
        "the divergence from the prior costs more than the code saves in reconstruction",
        {"beta": 1.0},
        "a smaller --beta, or a smaller --latent",
        picture=lambda: (
            Bars(
                "what dimensions carry, in nats",
                "dimensions, the fullest first",
                {"": np.sort(nats.cpu())[::-1]},
                SILENT,
            ),
            *samples_and_data(signals),
        ),
    )
