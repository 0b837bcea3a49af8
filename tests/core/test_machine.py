"""What the machine says of itself, also where some of it is hidden."""

import os
import subprocess
import sys

import pytest

from saddlepoint.compute.plan import Plan
from saddlepoint.compute.threads import half_precision, pick_device
from saddlepoint.core import machine
from saddlepoint.core.machine import CODE, code, made_apart, multiplies_bf16

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


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of two files in place of this one."""
    monkeypatch.setattr(machine, "PACKAGE", tmp_path)
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "a.py").write_text("x = 1\n")
    (tmp_path / "b.py").write_text("y = 2\n")
    return tmp_path


def test_any_changed_line_is_another_state_of_the_code(package):
    before = code.__wrapped__()
    assert before == code.__wrapped__()
    (package / "notes.txt").write_text("no code")
    (package / ".#b.py").symlink_to("nowhere")  # as Emacs locks a file that is being edited
    assert code.__wrapped__() == before
    (package / "room" / "a.py").write_text("x = 2\n")
    changed = code.__wrapped__()
    (package / "room" / "a.py").rename(package / "a.py")
    assert len({before, changed, code.__wrapped__()}) == 3


def test_only_what_differs_and_decides_is_told():
    old, new = {"torch": "2.13.0", "python": "3.11.7"}, {"torch": "2.13.0", "python": "3.12.1", CODE: "ab"}
    assert made_apart([old, old]) == ["", ""]
    assert made_apart([new, new | {"python": "3.11.7"}]) == ["", ""]
    assert made_apart([old, new]) == [f"{CODE} unknown", f"{CODE} ab"]
    assert made_apart([new, new | {"torch": "\x1b[2J"}])[1] == "torch unknown"  # a stranger's file
    assert made_apart([new, new | {"torch": "2.14.0"}]) == ["torch 2.13.0", "torch 2.14.0"]
