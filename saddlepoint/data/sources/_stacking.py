"""Three images in the channels of one, drawn at random, always the same."""

from collections.abc import Mapping

import numpy as np

from saddlepoint.core.hashing import fingerprint
from saddlepoint.data.channels import Channels
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.data.request import Request

SEED = 20_161_107


def stacked(
    request: Request,
    name: str,
    grey: Dataset,
    counts: Mapping[str, int],
    drawn_from: Mapping[str, str],
    side: int,
) -> Dataset:
    """Return stacks of labelled grey images, each channel's drawn by itself with replacement.

    Args:
        request: what was asked for.
        name: of the data set.
        grey: images (n, s, s, 1) with classes; the stacks have no labels, but know these.
        counts: stacks of each split.
        drawn_from: the split of ``grey`` that each of them is drawn from.
        side: of the stacks in pixels; what is more than s is a border of zeros.
    """
    splits = {}
    for index, (part, count) in enumerate(counts.items()):
        source = grey.splits[drawn_from[part]]
        rng = np.random.default_rng((SEED, index))
        rows = source.all_rows[rng.integers(len(source), size=(count, 3))]
        splits[part] = Split(stack(source.array, rows, side))
    return Dataset(
        name=name,
        source=request.source,
        kind="images",
        splits=splits,
        fingerprint=fingerprint(grey.fingerprint, f"stacked {SEED} {side} {dict(counts)}"),
        fitted=True,
        truth=Channels(grey),
    )


def stack(grey: np.ndarray, rows: np.ndarray, side: int) -> np.ndarray:
    """Return uint8 (n, side, side, 3): ``grey`` (m, s, s, 1) at ``rows`` (n, 3), with a border of zeros."""
    border = (side - grey.shape[1]) // 2
    inner = slice(border, border + grey.shape[1])
    images = np.zeros((len(rows), side, side, 3), np.uint8)
    for channel in range(3):
        images[:, inner, inner, channel] = grey[rows[:, channel], :, :, 0]
    return images
