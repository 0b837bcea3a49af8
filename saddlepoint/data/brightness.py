"""Whether images are nearly black as a set, as those are that count from 0 to 1 or to 16 in bytes."""

import numpy as np

from saddlepoint.data.dataset import Split

DARK = 32  # of 255 levels; a set whose largest is below it looks black
_BLOCK = 1024  # images that are in memory at once


def dark_peak(split: Split) -> int | None:
    """Return the largest level of a set in which none reaches ``DARK``; None where one does.

    Reading ends at the first image that is bright enough.

    Args:
        split: uint8 (n, h, w, c) images.
    """
    array, rows, peak = np.asarray(split.array), split.all_rows, 0
    for start in range(0, len(rows), _BLOCK):
        peak = max(peak, int(array[rows[start : start + _BLOCK]].max()))
        if peak >= DARK:
            return None
    return peak
