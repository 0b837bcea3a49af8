"""The acceleration plan: what is asked for, what is there, and what is stored."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from saddlepoint.compute.plan import Plan
from saddlepoint.core.errors import UserError


def test_a_plan_survives_its_json():
    plan = replace(Plan.choose(), captured=True, pieces=2)
    assert Plan.from_json(plan.to_json()) == plan


def test_what_is_asked_for_is_taken():
    assert Plan.choose("cpu", "fp32").precision == "fp32"
    assert Plan.choose("cpu", "bf16").precision == "bf16"


def test_points_are_not_rounded_to_three_digits():
    assert Plan.choose("cpu", exact=True).precision == "fp32"


@pytest.mark.parametrize(
    ("device", "precision", "message"),
    [("tpu", "auto", "--device"), ("cpu", "fp8", "--precision"), ("cpu", "tf32", "needs an NVIDIA GPU")],
)
def test_what_is_unknown_is_refused(device, precision, message):
    with pytest.raises(UserError, match=message):
        Plan.choose(device, precision)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_a_device_that_is_not_here_is_refused():
    with pytest.raises(UserError, match="no cuda device"):
        Plan.choose("cuda")


@pytest.mark.parametrize(("precision", "rounded"), [("fp32", False), ("tf32", True), ("bf16", True)])
def test_fp32_on_a_gpu_is_fp32(precision, rounded):
    places: list[Any] = [torch.backends.cuda.matmul, torch.backends.cudnn]
    before = [place.allow_tf32 for place in places]
    try:
        for place in places:
            place.allow_tf32 = not rounded
        Plan("cuda", precision, torch.get_num_threads()).apply()
        assert [place.allow_tf32 for place in places] == [rounded, rounded]
    finally:
        for place, value in zip(places, before, strict=True):
            place.allow_tf32 = value


def test_apply_sets_the_threads():
    before = torch.get_num_threads()
    try:
        Plan("cpu", "fp32", 1).apply()
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)
