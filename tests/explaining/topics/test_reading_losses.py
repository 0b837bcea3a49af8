"""What readers compute on the page about losses is what Python computes."""

import pytest

from saddlepoint.theory import loss_bound
from tests.explaining.scripts import computed


def test_reading_losses():
    grid = [
        {"shift": shift, "width": width, "confidence": confidence}
        for shift, width, confidence in [(0, 1, 1), (1.5, 1, 0), (4, 0.3, 1), (2, 2, 3), (0.7, 0.5, 0.4)]
    ]
    for values, result in zip(grid, computed("reading_losses", grid), strict=True):
        exact = loss_bound.bells(**values)
        assert [result[name] for name in exact._fields] == pytest.approx(list(exact), rel=1e-7, abs=1e-9)
