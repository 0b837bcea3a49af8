"""What readers compute on the page about collapse is what Python computes."""

import pytest

from saddlepoint.data.sources import grid25
from saddlepoint.theory import coverage
from tests.explaining.scripts import computed


def test_collapse():
    grid = [
        {"kept": kept, "width": width, "blur": blur, "n": n}
        for kept, width, blur, n in [(1, 1, 0, 100), (5, 2, 0.1, 2500), (25, 0.2, 0.95, 10000), (7, 1, 1, 100)]
    ]
    for values, result in zip(grid, computed("collapse", grid), strict=True):
        exact = coverage.expected(grid25.mixture(), **values)
        assert [result[name] for name in exact._fields] == pytest.approx(list(exact), rel=1e-5, abs=1e-9)
