import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.svm import LinearSVC

from saddlepoint.core.errors import UserError
from saddlepoint.data import load
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.evaluate.encoders.patch_dictionary import learn_patches
from saddlepoint.evaluate.probe import pool, probe
from saddlepoint.evaluate.svm import decide, fit_svm


@pytest.mark.parametrize(
    ("channels", "sides", "width"),
    [((128, 128, 256, 256, 512, 512), (32, 16, 16, 8, 8, 4), 28_672), ((64, 128, 256), (16, 8, 4), 7_168)],
)
def test_widths_of_the_paper(channels, sides, width):
    layers = [torch.zeros(2, c, side, side) for c, side in zip(channels, sides, strict=True)]
    assert pool(layers).shape == (2, width)


def test_pooling_takes_the_maximum_and_leaves_small_maps():
    maps = torch.arange(64.0).view(1, 1, 8, 8)
    np.testing.assert_array_equal(pool([maps])[0, :4], [9, 11, 13, 15])
    assert pool([maps[..., :2, :2]]).shape == (1, 4)


def test_the_svm_is_that_of_scikit_learn(rng):
    x = (rng.normal(size=(400, 20)) / np.sqrt(20)).astype(np.float32)
    label = np.where(x[:, 0] + 0.1 * rng.normal(size=400) > 0, np.where(x[:, 1] > 0, 0, 1), 2)
    ours = fit_svm(torch.from_numpy(x), torch.from_numpy(label), 3, 5.0)
    theirs = LinearSVC(C=5.0, tol=1e-6, max_iter=20_000).fit(x, label)
    exact = np.concatenate([theirs.coef_.T, np.atleast_2d(theirs.intercept_)])
    np.testing.assert_allclose(ours.numpy(), exact, atol=0.02 * np.abs(exact).max())
    found = decide(torch.from_numpy(x), ours).argmax(1).numpy()
    assert (found == theirs.predict(x)).mean() > 0.99


def test_patches_are_whitened_and_differ(digits):
    images, _ = digits.train.take(np.arange(500))
    patches = learn_patches(images, 30)
    again = learn_patches(images, 30)
    assert torch.equal(patches.centroids, again.centroids)
    assert patches.pooled(images[:7]).shape == (7, 120)
    assert patches.activate(torch.zeros(2, 1, 8, 8)).shape == (2, 30, 6, 6)
    assert torch.pdist(patches.centroids).min() > 1e-3


def test_a_good_layer_beats_a_useless_one(digits, monkeypatch):
    monkeypatch.setattr("saddlepoint.evaluate.probe.CENTROIDS", 60)
    monkeypatch.setattr("saddlepoint.evaluate.probe.COSTS", (1.0, 10.0))
    images, label = digits.train.take(np.arange(len(digits.train)))
    means = [images[label == c].mean(axis=0) for c in range(10)]
    centres = torch.from_numpy(np.stack(means)).float()

    def useful(images):
        x = torch.from_numpy(images).float()
        likeness = F.cosine_similarity(x.flatten(1)[:, None], centres.flatten(1), dim=2)
        return [likeness[:, :, None, None]]

    def useless(images):
        return [torch.from_numpy(images[:, :1, :1, 0]).float()[:, None]]

    calls = []
    found = probe(digits, useful, useless, images=600, report=lambda *call: calls.append(call))
    assert list(found) == ["critic", "random critic", "pixels", "patches"]
    assert [(done, total) for _, done, total in calls] == [(0, 4), (1, 4), (2, 4), (3, 4)]
    assert found["random critic"].high < 0.25
    assert 0.8 < found["critic"].accuracy < 1
    assert 0.9 < found["pixels"].low < found["pixels"].accuracy < found["pixels"].high <= 1
    assert 0.9 < found["patches"].accuracy <= 1
    assert found["pixels"].features == 64
    assert found["patches"].features == 4 * 60
    assert found["critic"].tested == len(digits.splits["test"])


def test_batch_statistics_tell_nothing_of_sorted_classes(rng, monkeypatch):
    monkeypatch.setattr("saddlepoint.evaluate.probe.CENTROIDS", 10)
    label = np.repeat(np.arange(4), 500)
    images = rng.integers(0, 256, size=(2000, 8, 8, 1), dtype=np.uint8)
    images[label == 0] //= 2
    test = Split(images, label)
    data = Dataset("sorted", "sorted", "images", {"train": test, "test": test}, tuple("abcd"), fingerprint="s")

    def batch_mean(block):
        mean = torch.from_numpy(block).float().mean((0, 1, 2))
        return [mean.expand(len(block), 1)[:, :, None, None] + torch.zeros(len(block), 1, 4, 4)]

    assert probe(data, batch_mean, images=1000)["critic"].high < 0.35


def test_points_are_refused():
    with pytest.raises(UserError, match="labelled images"):
        probe(load("ring8"), lambda images: [])
