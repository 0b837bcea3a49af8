"""The acceleration plan: what is asked for, what is there, and what is stored."""

import pytest
import torch

from saddlepoint.core.errors import UserError
from saddlepoint.engine.plan import Plan


def test_a_plan_survives_its_json():
    plan = Plan.choose()
    assert Plan.from_json(plan.to_json()) == plan


def test_what_is_asked_for_is_taken():
    assert Plan.choose("cpu", "fp32").precision == "fp32"
    assert Plan.choose("cpu", "bf16").precision == "bf16"


def test_points_are_not_rounded_to_three_digits():
    assert Plan.choose("cpu", fine=True).precision == "fp32"


@pytest.mark.parametrize(
    ("device", "precision", "message"),
    [("tpu", "auto", "--device"), ("cpu", "fp8", "--precision")],
)
def test_what_is_unknown_is_refused(device, precision, message):
    with pytest.raises(UserError, match=message):
        Plan.choose(device, precision)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_a_device_that_is_not_here_is_refused():
    with pytest.raises(UserError, match="no cuda device"):
        Plan.choose("cuda")


def test_apply_sets_the_threads():
    before = torch.get_num_threads()
    try:
        Plan("cpu", "fp32", 1).apply()
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)
