"""What the machine says of itself, also where some of it is hidden."""

import os
import subprocess
import sys

import pytest

from saddlepoint.compute.plan import Plan
from saddlepoint.compute.threads import half_precision, pick_device
from saddlepoint.core.machine import multiplies_bf16

ASK = "from saddlepoint.core.machine import multiplies_bf16; print(multiplies_bf16('cpu'))"


@pytest.mark.parametrize("held", [{"ATEN_CPU_CAPABILITY": "avx2"}, {"ONEDNN_MAX_CPU_ISA": "AVX2"}])
def test_a_library_held_to_older_instructions_is_not_fast_in_bf16(held):
    child = subprocess.run([sys.executable, "-c", ASK], env=os.environ | held, capture_output=True, text=True)
    assert child.stdout == "False\n", child.stderr


def test_training_and_judging_ask_the_same():
    plan, device = Plan.choose(), pick_device()
    assert (plan.precision == "bf16") == multiplies_bf16(plan.device)
    assert half_precision(device)._enabled == multiplies_bf16(device)


def test_a_device_without_numbers_has_no_bf16():
    assert not multiplies_bf16("meta")
