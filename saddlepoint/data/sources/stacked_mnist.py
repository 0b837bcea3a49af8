"""Stacked MNIST: three digits in the channels of one image, a thousand kinds to be found."""

from dataclasses import replace

import numpy as np

from saddlepoint.core.errors import UserError
from saddlepoint.core.hashing import fingerprint
from saddlepoint.data.channels import Channels
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.request import Request, sources
from saddlepoint.data.sources._idx_sets import read
from saddlepoint.data.sources.mnist import MNIST

COUNTS = {"train": 128_000, "validation": 10_000, "test": 26_000}
SEED = 20_161_107
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
    splits = {}
    for index, (part, count) in enumerate(COUNTS.items()):
        source = digits.splits["train" if part == "train" else "test"]
        rng = np.random.default_rng((SEED, index))
        splits[part] = Split(stack(source.array, rng.integers(len(source), size=(count, 3)), side))
    return Dataset(
        name="stacked_mnist",
        source=request.source,
        kind="images",
        splits=splits,
        fingerprint=fingerprint(digits.fingerprint, f"stacked {SEED} {side} {COUNTS}"),
        fitted=True,
        truth=Channels(digits),
    )


def stack(digit: np.ndarray, rows: np.ndarray, side: int) -> np.ndarray:
    """Return uint8 (n, side, side, 3): ``digit`` (m, 28, 28, 1) at ``rows`` (n, 3), with a border of zeros."""
    border = (side - digit.shape[1]) // 2
    inner = slice(border, border + digit.shape[1])
    images = np.zeros((len(rows), side, side, 3), np.uint8)
    for channel in range(3):
        images[:, inner, inner, channel] = digit[rows[:, channel], :, :, 0]
    return images
