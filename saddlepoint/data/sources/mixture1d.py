"""Modes on a line."""

import math

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.mixture import Mixture
from saddlepoint.data.request import Request, sources
from saddlepoint.data.sources._gaussians import drawn


@sources.register()
def mixture1d(request: Request) -> Dataset:
    """100,000 numbers from ½N(−3, 1) + ½N(3, 1), or from unit Gaussians at mixture1d:A,B,...

    Raises:
        UserError: if what follows the colon is no list of numbers.
    """
    given = request.argument if request.argument is not None else "-3,3"
    try:
        centres = [float(number) for number in given.split(",")]
    except ValueError:
        centres = [math.nan]
    if not all(map(math.isfinite, centres)):
        raise UserError(f"{request.source!r} gives no centres; write numbers, as in mixture1d:-3,0,3")
    return drawn("mixture1d", Mixture(np.array(centres)[:, None], 1.0), request)
