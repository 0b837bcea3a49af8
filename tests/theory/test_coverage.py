"""What figures of modes say on average is what they say of samples that were drawn."""

import numpy as np
import pytest

from saddlepoint.data.sources import grid25, ring8
from saddlepoint.evaluate.metrics.modes import assign
from saddlepoint.theory import coverage


def test_true_samples():
    assert coverage.quality(1.0) == pytest.approx(0.988891, abs=1e-6)
    assert coverage.quality(2.0) == pytest.approx(0.675348, abs=1e-6)
    perfect = coverage.expected(grid25.mixture(), kept=25, width=1.0, blur=0.0, n=2500)
    assert perfect == pytest.approx((25.0, 0.988891, 0.0), abs=1e-6)
    one = coverage.expected(ring8.mixture(), kept=1, width=1.0, blur=0.0, n=10)
    assert one == pytest.approx((1.0, 0.988891, np.log(8)), abs=1e-6)


@pytest.mark.parametrize(
    ("kept", "width", "blur"), [(25, 1.0, 0.0), (5, 2.0, 0.3), (1, 0.5, 1.0)], ids=["true", "few", "blob"]
)
def test_samples_say_what_is_expected(kept, width, blur):
    mixture, rng, n, times = grid25.mixture(), np.random.default_rng(0), 1000, 60
    wide = np.sqrt((mixture.centres**2).sum(axis=1).mean() / 2 + mixture.sigma**2)
    seen = []
    for _ in range(times):
        noise = rng.standard_normal((n, 2))
        points = mixture.centres[rng.integers(kept, size=n)] + width * mixture.sigma * noise
        points = np.where(rng.random((n, 1)) < blur, wide * noise, points)
        nearest, square = assign(points, mixture)
        good = square < 9
        seen.append((len(np.unique(nearest[good])), good.mean()))
    mean, error = np.mean(seen, axis=0), np.std(seen, axis=0) / times**0.5
    expected = coverage.expected(mixture, kept=kept, width=width, blur=blur, n=n)
    assert np.all(np.abs(mean - expected[:2]) < 4 * error + 1e-6)
