"""A run that an older version wrote is loaded, sampled, resumed and evaluated as that version would have done.

``stored/`` holds a run of commit 0296df5 without its pictures, 16 samples that it drew with seed 1, and its
weights after it was resumed for four more steps. Bits are a processor's own, so numbers are compared.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import saddlepoint as sp

STORED = Path(__file__).parent / "stored"


@pytest.fixture
def old(tmp_path):
    return sp.load(shutil.copytree(STORED / "run", tmp_path / "run"))


def test_it_is_sampled(old):
    assert (old.config["recipe"], old.step) == ("dcgan", 20)
    samples, expected = old.sample(16, seed=1), np.load(STORED / "samples.npy")
    assert samples.shape == expected.shape == (16, 8, 8, 1)
    assert np.abs(samples.astype(int) - expected).max() <= 2


def test_it_is_resumed(old):
    resumed = sp.resume(old.path, steps=24, quiet=True)
    weights, expected = resumed.folder.latest().tensors("weights"), load_file(STORED / "resumed.safetensors")
    assert weights.keys() == expected.keys()
    start = load_file(old.folder.path / "checkpoints/step-000000020/weights.safetensors")
    for name, value in expected.items():
        torch.testing.assert_close(weights[name], value, rtol=0.01, atol=1e-4)
    assert any(not torch.equal(start[name], value) for name, value in expected.items())


def test_it_is_evaluated(old):
    card = old.evaluate(samples=200, metrics=("frechet", "diversity"))
    assert 50 < card["frechet"].value < 400
