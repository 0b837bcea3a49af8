"""Statistics of batch normalisation, taken anew from data."""

import copy
from collections.abc import Callable
from typing import Any

from torch import nn

from saddlepoint.core.protocol import Batch, Family, take_turns


def recalibrate(network: nn.Module, run: Callable[[], object]) -> None:
    """Make batch normalisation use the statistics of ``run``, and put ``network`` into evaluation mode.

    The running statistics of a network that was never trained mean nothing; with those of the same data it can
    be set beside a trained one.

    Args:
        network: its running means and variances become the plain averages over all calls.
        run: lets data through the network; called once, where there is anything to set, while only the layers
            of batch normalisation are in training mode.
    """
    network.eval()
    norms = [layer for layer in network.modules() if isinstance(layer, nn.modules.batchnorm._BatchNorm)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the average over all calls
        norm.train()
    if norms:
        run()
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
    network.eval()


def calibrated(family: Family, batch: Batch, latent: Any) -> Family:
    """Return a copy in evaluation mode whose batch normalisation uses the statistics of these examples."""
    family = copy.deepcopy(family)
    recalibrate(family, lambda: take_turns(family, batch, latent))
    return family
