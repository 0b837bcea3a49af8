import numpy as np
import pytest
import torch
from torchmetrics.image.kid import poly_mmd

from saddlepoint.evaluate.features import Features
from saddlepoint.evaluate.metric import Inputs
from saddlepoint.evaluate.metrics.kernel import discrepancy, kernel
from tests.evaluate.toys import toy


def test_agrees_with_torchmetrics(rng):
    x, y = rng.normal(size=(60, 9)), rng.normal(0.2, 1.1, size=(60, 9))
    theirs = poly_mmd(torch.from_numpy(x), torch.from_numpy(y)).item()
    assert discrepancy(x, y) == pytest.approx(theirs, rel=1e-9)


def test_unbiased_at_equality_and_positive_apart(rng):
    def measured(shift):
        fake, real = (Features(rng.normal(at, 1, size=(2000, 8)).astype(np.float32)) for at in (shift, 0))
        return kernel(Inputs(fake, real, real, toy(), rng))["kernel"]

    same, apart = measured(0.0), measured(0.5)
    assert same.low is not None
    assert same.high is not None
    assert same.value == pytest.approx(0, abs=3 * (same.high - same.low))
    assert same.low < same.value < same.high  # type: ignore[operator]
    assert apart.low is not None
    assert apart.low > same.high
