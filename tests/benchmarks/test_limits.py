"""What no program can exceed on a machine."""

import pytest
import torch

from benchmarks import peak, report


def test_the_limit_is_that_of_products_at_the_peak_and_one_update():
    row = {
        "step_flops": 1e9,
        "batch": 10,
        "update_seconds": 0.01,
        "precision": {"saddlepoint": "bf16"},
        "images_per_second": {"tutorial": {"median": 100.0}},
    }
    assert report.limit(row, {"fp32": 5e10, "bf16": 1e11}) == pytest.approx(0.1 / 0.02)


def test_peaks_and_updates_are_the_fastest_of_all_tries(monkeypatch):
    def clock(*ticks):
        times = iter(ticks)
        monkeypatch.setattr(peak, "_now", lambda _: next(times))

    device = torch.device("cpu")
    clock(0.0, 2.0, 2.5, 3.5)  # tries of 2, 0.5 and 1 seconds; a side of 1024 would take longer than one
    assert peak.peak(torch.float32, device, 3.0) == 2 * 512**3 / 0.5
    clock(0.0, 2.0, 2.5, 3.5)
    assert peak.update(10, device, 3.0) == 0.5
