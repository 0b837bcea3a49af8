"""Stacked digits: Stacked MNIST in small, of the digits that come with scikit-learn."""

from saddlepoint.data.dataset import Dataset
from saddlepoint.data.request import Request, sources
from saddlepoint.data.sources._stacking import stacked
from saddlepoint.data.sources.digits import digits

COUNTS = {"train": 128_000, "validation": 10_000, "test": 26_000}
DRAWN_FROM = {part: part for part in COUNTS}


@sources.register()
def stacked_digits(request: Request) -> Dataset:
    """128,000 colour images of 8×8, a digit of `digits` in each channel: 1,000 kinds; no download.

    As Stacked MNIST (Metz et al. 2017), for machines and evenings that are too small for it. Each channel's
    digit is drawn by itself with replacement, always the same; the splits are those of the digits. There are no
    labels.
    """
    grey = digits(request)
    return stacked(request, "stacked_digits", grey, COUNTS, DRAWN_FROM, grey.shape[0])
