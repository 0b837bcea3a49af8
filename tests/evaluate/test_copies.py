"""Copies are counted by whose neighbours samples are."""

import numpy as np
import pytest

from saddlepoint.evaluate.copies import copies


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("held", [250, 1000])
def test_the_share_of_copies_is_within_its_interval(share, held):
    rng = np.random.default_rng(0)
    train, fake = (rng.standard_normal((1000, 8)) for _ in range(2))
    fake[: round(1000 * share)] = train[: round(1000 * share)]
    found = copies(fake, train, rng.standard_normal((held, 8)))
    assert found.expected == pytest.approx(1000 / (1000 + held))
    assert found.nearer == pytest.approx(share + (1 - share) * found.expected, abs=0.05)
    assert found.low <= share <= found.high
    assert found.share == pytest.approx(share, abs=0.15)
