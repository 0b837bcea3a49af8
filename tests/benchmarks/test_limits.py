"""What no program can exceed on a machine."""

import pytest
import torch

from benchmarks import report
from benchmarks.peak import update


def test_the_limit_is_that_of_products_at_the_peak_and_one_update():
    row = {
        "step_flops": 1e9,
        "batch": 10,
        "update_seconds": 0.01,
        "precision": {"saddlepoint": "bf16"},
        "images_per_second": {"tutorial": {"median": 100.0}},
    }
    assert report.limit(row, {"fp32": 5e10, "bf16": 1e11}) == pytest.approx(0.1 / 0.02)


def test_an_update_of_more_parameters_takes_longer():
    small, large = (update(count, torch.device("cpu"), 0.2) for count in (10_000, 10_000_000))
    assert 0 < small < large
