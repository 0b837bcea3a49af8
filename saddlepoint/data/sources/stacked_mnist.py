"""Stacked MNIST: three digits in the channels of one image, a thousand kinds to be found."""

from dataclasses import replace

from saddlepoint.core.errors import UserError
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.request import Request, sources
from saddlepoint.data.sources._idx_sets import read
from saddlepoint.data.sources._stacking import stacked
from saddlepoint.data.sources.mnist import MNIST

COUNTS = {"train": 128_000, "validation": 10_000, "test": 26_000}
DRAWN_FROM = {"train": "train", "validation": "test", "test": "test"}
SIDES = (28, 32)


@sources.register()
def stacked_mnist(request: Request) -> Dataset:
    """128,000 colour images, a digit of MNIST in each channel: 1,000 kinds; or stacked_mnist:FOLDER.

    Metz et al. 2017; 128,000 stacks as VEEGAN and PacGAN have, but of the 60,000 training digits alone, so that
    stacks of the 10,000 test digits are held out (they stack all 70,000). Each channel's digit is drawn by
    itself with replacement, always the same. 28×28, or 32×32 with a border of zeros. There are no labels.
    """
    side = request.side(SIDES[0])
    if side not in SIDES:
        raise UserError(f"stacked_mnist comes at 28 or 32 pixels, not {side}; give --size 28 or --size 32")
    digits = read("mnist", MNIST, replace(request, size=None))
    return stacked(request, "stacked_mnist", digits, COUNTS, DRAWN_FROM, side)
