"""Captured steps on a GPU: they equal the played ones, wait for nothing, and resume."""

import pytest
import torch

import saddlepoint as sp
from saddlepoint.compute.graphs import WARM
from saddlepoint.training.tuning import tune
from tests.compute.tapes import CASES, SETTINGS, capturable, make, play, reading
from tests.trained import assert_same

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize(("recipe", "source", "flags"), CASES, ids=str)
def test_a_cuda_graph_equals_the_played_step(recipe, source, flags, precision, monkeypatch):
    """Equal up to the order of sums in kernels that are not deterministic: a thousandth of a term.

    The projected critic sees through a deep network, which magnifies it.
    """
    capturable(recipe, source, flags)
    monkeypatch.setattr(torch.backends.cudnn, "deterministic", True)
    stepper = make(recipe, source, precision, "cuda", captured=True, **flags)
    captured = play(stepper)
    assert stepper.replayer is not None, stepper.replanned
    played = play(make(recipe, source, precision, "cuda", **flags))
    assert torch.equal(captured[2], played[2])
    for mine, theirs in zip(captured[0], played[0], strict=True):
        assert mine.keys() == theirs.keys()
        for name in mine:
            near = 1e-2 if recipe == "projected_gan" else 1e-3
            torch.testing.assert_close(mine[name].float(), theirs[name].float(), rtol=near, atol=near)


@pytest.mark.filterwarnings("ignore:Synchronization debug mode")
@pytest.mark.parametrize("recipe", ["dcgan", "wgan_gp", "infogan", "cgan"])
def test_no_step_waits_for_the_gpu(recipe):
    stepper = make(recipe, "digits", "bf16", "cuda", captured=True)
    play(stepper, WARM + 1)
    try:
        torch.cuda.set_sync_debug_mode("error")
        play(stepper, 5)
    finally:
        torch.cuda.set_sync_debug_mode("default")


def test_steps_go_on_after_a_capture_has_failed():
    steppers = [make("dcgan", "digits", "fp32", "cuda", captured=captured) for captured in (True, False)]
    for stepper in steppers:
        reading(stepper)
    found, expected = (play(stepper) for stepper in steppers)
    assert steppers[0].replayer is None
    assert "cannot be captured" in steppers[0].replanned
    assert torch.equal(found[2], expected[2])


def test_a_captured_run_resumes(tmp_path, monkeypatch):
    monkeypatch.setattr("saddlepoint.training.training.tune", tune)  # which other tests do without
    settings: dict = SETTINGS | {"device": "cuda", "steps": 40}  # its half ends with a whole row of the curves
    whole = sp.train(**settings, out=tmp_path / "whole")
    assert whole.config["plan"]["captured"]
    settings["steps"] = 20
    part = sp.train(**settings, out=tmp_path / "part")
    assert_same(whole, sp.resume(part.path, steps=40, quiet=True))
