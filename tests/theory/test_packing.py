"""Packs of modes: going through all of them gives the closed forms."""

import numpy as np
import pytest

from saddlepoint.theory import packing

EVEN = np.full(8, 1 / 8)


@pytest.mark.parametrize("pack", [1, 2, 4])
@pytest.mark.parametrize("gone", [1, 3])
def test_lost_modes(pack, gone):
    left = np.where(np.arange(8) < gone, 0, 1 / (8 - gone))
    assert packing.apart(EVEN, left, pack) == pytest.approx(packing.lost(gone / 8, pack), abs=1e-12)


@pytest.mark.parametrize("pack", [1, 2, 4])
@pytest.mark.parametrize("share", [0.0, 0.125, 0.5])
def test_uneven_modes(pack, share):
    tilted = np.repeat([(0.5 + share) / 4, (0.5 - share) / 4], 4)
    assert packing.apart(EVEN, tilted, pack) == pytest.approx(packing.uneven(share, pack), abs=1e-12)


def test_a_lost_mode_stands_out_more_the_larger_the_pack():
    """The paper's example of a distance of 0.2: 0.36 against 0.24 in pairs."""
    assert packing.lost(0.2, 1) == pytest.approx(packing.uneven(0.2, 1), abs=1e-12)
    assert packing.lost(0.2, 2) == pytest.approx(0.36, abs=1e-12)
    assert packing.uneven(0.2, 2) == pytest.approx(0.24, abs=1e-12)
