import importlib
import linecache
import shutil
import subprocess
import sys
import types
from contextlib import suppress

import numpy as np
import pytest
import torch
from torch import nn

from saddlepoint.core.errors import UserError
from saddlepoint.evaluate import evaluate, find_encoder
from saddlepoint.evaluate.encoder import encoders

SOURCE = """
import torch

def means(x):
    assert x.dtype == torch.float32 and 0 <= x.min() and x.max() <= 1
    return x.mean((2, 3)).repeat(1, 2)

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(64, 5)
        self.drop = torch.nn.Dropout(0.5)
    def forward(self, x):
        code = self.drop(self.layer(x.flatten(1)))
        return code, code[:, :3]

def wrong(x):
    return x

number = 3
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    name = "encoder_of_a_user"
    (tmp_path / f"{name}.py").write_text(SOURCE)
    monkeypatch.chdir(tmp_path)
    yield name
    sys.modules.pop(name, None)


@pytest.fixture
def images(digits):
    return digits.splits["test"].take(np.arange(60))[0]


def test_a_function_by_import_path(module, digits, images):
    encoder = find_encoder(f"{module}:means", digits)
    features = encoder.features(images)
    assert features.shape == (60, 2)
    np.testing.assert_allclose(features[:, 0], images.mean((1, 2, 3)) / 255, rtol=1e-5)
    card = evaluate(digits, images, metrics=["frechet"], encoder=f"{module}:means")
    assert card["frechet"].encoder == f"{module}:means-{encoder.hash}"


def test_a_module_class_is_built_and_put_in_evaluation_mode(module, digits, images):
    state = torch.get_rng_state()
    encoder = find_encoder(f"{module}:Net", digits)
    first, second = encoder.encode(images), encoder.encode(images)
    assert torch.equal(torch.get_rng_state(), state)
    np.testing.assert_array_equal(first.features, second.features)
    assert first.logits is not None
    assert first.logits.shape == (60, 3)
    assert find_encoder(f"{module}:Net", digits).hash == encoder.hash
    assert find_encoder(f"{module}:means", digits).hash != encoder.hash


@pytest.mark.parametrize(
    ("attribute", "message"),
    [("missing", "cannot import encoder"), ("number", "cannot be called")],
)
def test_what_cannot_be_used_is_said(module, digits, attribute, message):
    with pytest.raises(UserError, match=message):
        find_encoder(f"{module}:{attribute}", digits)
    with pytest.raises(UserError, match="cannot import encoder"):
        find_encoder(f"{module}_not:{attribute}", digits)


def test_features_of_a_wrong_shape_are_said(module, digits, images):
    with pytest.raises(UserError, match=r"must return features of shape \(60, f\)"):
        find_encoder(f"{module}:wrong", digits).features(images)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("net = torch.nn.Linear(64, 3)", "net = torch.nn.Linear(64, 3); torch.nn.init.zeros_(net.weight)"),
        ("scale = torch.ones(1)", "scale = torch.zeros(1)"),
        ("def helper(x): return x", "def helper(x): return 2 * x"),
    ],
)
def test_the_hash_changes_with_all_that_features_hang_on(before, after, digits, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    parts = dict.fromkeys(("net = torch.nn.Linear(64, 3)", "scale = torch.ones(1)", "def helper(x): return x"))
    use = (
        "def means(x): return net(helper(x.flatten(1))) * scale\n"
        "class Enc:\n    def __init__(self): self.weight = torch.ones(3)\n"
        "    def __call__(self, x): return means(x) * self.weight\nenc = Enc()"
    )
    hashes = {}
    for name, swap in (("one", {}), ("same", {}), ("other", {before: after})):
        lines = ["import torch", "torch.manual_seed(0)", *(swap.get(part, part) for part in parts), use]
        (tmp_path / "hashed.py").write_text("\n".join(lines))
        sys.modules.pop("hashed", None)
        importlib.invalidate_caches()
        with suppress(FileNotFoundError):
            shutil.rmtree(tmp_path / "__pycache__")
        linecache.clearcache()
        hashes[name] = [find_encoder(f"hashed:{what}", digits).hash for what in ("means", "enc", "Enc")]
    sys.modules.pop("hashed", None)
    assert hashes["one"] == hashes["same"]
    assert not set(hashes["one"]) & set(hashes["other"])


def test_the_hash_is_the_same_in_every_process_whatever_a_module_holds(tmp_path):
    source = """
import functools, torch
def make(seed):
    torch.manual_seed(seed)
    return torch.nn.Linear(64, 64)
A, B, C = map(make, range(3))
HALF, SPARSE = torch.ones(3, dtype=torch.bfloat16), torch.eye(3).to_sparse()
def g(x, w): return C(B(A(x.flatten(1)))) * w
f = functools.partial(g, w=torch.full((), WEIGHT))
"""
    script = (
        "from saddlepoint.evaluate.encoders._imported import imported_encoder as find\n"
        "print(find('held:f').hash, find('held:f').hash)"
    )
    found = []
    for weight in ("2.0", "2.0", "3.0"):
        (tmp_path / "held.py").write_text(source.replace("WEIGHT", weight))
        with suppress(FileNotFoundError):
            shutil.rmtree(tmp_path / "__pycache__")
        done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        found.append(done.stdout.split())
    assert found[0] == found[1]
    assert found[0][0] == found[0][1] != found[2][0]


def test_inception_without_its_package_or_weights(digits, monkeypatch, tmp_path):
    name = "torch_fidelity.feature_extractor_inceptionv3"
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UserError, match="pip install torch-fidelity"):
        find_encoder("inception", digits)
    monkeypatch.setitem(sys.modules, "torch_fidelity", types.ModuleType("torch_fidelity"))
    monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    with pytest.raises(UserError, match="set SADDLE_INCEPTION"):
        find_encoder("inception", digits)


def test_inception_reads_three_channels_of_bytes(digits, images, monkeypatch, tmp_path):
    class Network(nn.Module):
        def __init__(self, name, features, feature_extractor_weights_path):
            super().__init__()
            assert features == ["2048", "logits_unbiased"]

        def forward(self, x):
            assert x.dtype == torch.uint8
            assert x.shape[1:] == (3, 8, 8)
            return x.float().flatten(1)[:, :6], x.float().flatten(1)[:, :20]

    name = "torch_fidelity.feature_extractor_inceptionv3"
    module = types.ModuleType(name)
    setattr(module, "FeatureExtractorInceptionV3", Network)  # noqa: B010
    monkeypatch.setitem(sys.modules, "torch_fidelity", types.ModuleType("torch_fidelity"))
    monkeypatch.setitem(sys.modules, name, module)
    weights = tmp_path / "weights.pth"
    weights.write_bytes(b"weights")
    monkeypatch.setenv("SADDLE_INCEPTION", str(weights))
    card = evaluate(digits, images, encoder="inception", samples=60)
    # Its twenty classes are not the data's ten: a score, but no histogram.
    assert "classifier_score" in card.figures
    assert "class_kl" not in card.figures
    assert card.encoder["features"] == 6


def test_every_encoder_says_what_it_is():
    assert {"judge", "patches", "points", "inception"} <= set(encoders.names())
    assert all(maker.help for _, maker in encoders.items())
