"""Sides and channels of the maps of convolutional networks that halve down to a small base."""

import math

SMALL = 32  # pixels; images below leave room for few convolutions, and recipes treat them apart


def sides(size: int, kernel: int) -> list[int]:
    """Return the sides of all maps from ``size`` down to the base of 4 to 7 pixels, halving each time.

    An odd side halves down for an even kernel and up for an odd one, which is what a convolution or pooling of
    stride 2 and padding (kernel − 1)//2 does.
    """
    chain = [size]
    while chain[-1] >= 8:
        chain.append((chain[-1] + kernel % 2) // 2)
    return chain


def channels(side: int, width: int) -> int:
    """Return the channels of a map: ``width`` at 32 pixels, doubled for each halving, at most 8·width."""
    doublings = min(3, round(math.log2(32 / side)))
    return max(1, int(width * 2.0**doublings))
