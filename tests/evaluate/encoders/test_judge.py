import threading

import numpy as np
import pytest
import torch

from saddlepoint.core.errors import UserError
from saddlepoint.core.files import remove
from saddlepoint.core.locks import locked
from saddlepoint.core.progress import silent
from saddlepoint.data import cache
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.evaluate import find_encoder
from saddlepoint.evaluate.encoders import judge as judges
from saddlepoint.evaluate.encoders import judge_network as network
from saddlepoint.evaluate.encoders.judge_network import LARGE, SMALL, JudgeNetwork, train_judge


def shorten(monkeypatch, images):
    for name in ("SMALL", "LARGE"):
        short = getattr(network, name)._replace(images=images)
        monkeypatch.setattr(network, name, short)


@pytest.fixture(scope="module")
def judge(digits):
    return find_encoder(None, digits)


def test_the_judge_knows_the_digits(judge, digits):
    images, label = digits.splits["test"].take(np.arange(len(digits.splits["test"])))
    found = judge.encode(images)
    accuracy = (found.logits.argmax(1) == label).mean()
    assert judge.name == "judge"
    assert judge.accuracy == pytest.approx(accuracy, abs=1e-9)
    assert 0.97 <= accuracy <= 1
    assert found.features.shape == (len(images), 64)
    assert found.features.dtype == np.float32


def test_features_have_a_total_variance_of_100(judge, digits):
    images, _ = digits.train.take(np.arange(len(digits.train)))
    assert judge.features(images).var(axis=0).sum() == pytest.approx(100, rel=1e-3)


def test_the_second_time_it_comes_from_the_cache(judge, digits):
    lines = []
    again = find_encoder("judge", digits, lambda *call: lines.append(call))
    images, _ = digits.train.take(np.arange(20))
    assert lines == []
    assert again.hash == judge.hash
    np.testing.assert_array_equal(again.features(images), judge.features(images))


def test_a_damaged_cache_is_made_again(digits, tmp_path, monkeypatch):
    monkeypatch.setenv("SADDLE_CACHE", str(tmp_path))
    shorten(monkeypatch, 2000)
    first = find_encoder("judge", digits)
    (stored,) = (cache.folder("judges")).glob("*.safetensors")
    stored.write_bytes(b"not weights")
    assert find_encoder("judge", digits).hash == first.hash


def test_two_that_want_one_judge_train_it_once(digits, tmp_path, monkeypatch):
    monkeypatch.setenv("SADDLE_CACHE", str(tmp_path))
    shorten(monkeypatch, 1000)
    first = find_encoder("judge", digits)
    kept = {path: path.read_bytes() for path in cache.folder("judges").iterdir()}
    [lock] = [path for path in kept if path.suffix == ".lock"]
    waits = threading.Event()
    said, second = set(), []

    def report(what, done, total):
        said.add(what)
        waits.set()

    thread = threading.Thread(target=lambda: second.append(find_encoder("judge", digits, report)))
    with locked(lock):  # the first is still at work
        for path in set(kept) - {lock}:
            remove(path)
        thread.start()
        assert waits.wait(60)
        for path in set(kept) - {lock}:
            path.write_bytes(kept[path])
    thread.join()
    assert said == {"another process trains the judge"}
    assert [encoder.hash for encoder in second] == [first.hash]


def test_training_is_a_function_of_the_seed_and_leaves_global_state_alone(digits, monkeypatch):
    shorten(monkeypatch, 1000)
    state = torch.get_rng_state()

    def weights(seed):
        network, _ = train_judge(digits.train, 10, seed=seed, device=torch.device("cpu"), report=silent)
        return torch.cat([p.flatten() for p in network.parameters()])

    first, second, other = weights(0), weights(0), weights(1)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(first, second)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("shape", [(8, 8, 1), (9, 13, 3), (28, 28, 1), (32, 32, 3), (64, 64, 3), (128, 128, 3)])
def test_any_shape_is_read(shape, size):
    some = JudgeNetwork(shape, 4, size).eval()
    feature, logits = some(torch.zeros(2, shape[2], *shape[:2]))
    assert feature.shape == (2, 64)
    assert logits.shape == (2, 4)


def test_a_small_network_is_kept_where_it_is_enough(monkeypatch):
    """Black and white images are told apart at once; labels without meaning are never."""
    rng = np.random.default_rng(0)
    label = rng.integers(0, 2, 400)
    plain = np.repeat(label.astype(np.uint8) * 255, 64).reshape(-1, 8, 8, 1)
    shorten(monkeypatch, 1500)

    def size_for(label):
        return train_judge(Split(plain, label), 2, seed=0, device=torch.device("cpu"), report=silent)[1].name

    assert size_for(label) == "small"
    assert size_for(rng.integers(0, 2, 400)) == "large"


def test_training_tells_how_far_it_is(digits, monkeypatch):
    shorten(monkeypatch, 1280)
    calls = []
    train_judge(digits.train, 10, seed=0, device=torch.device("cpu"), report=lambda *call: calls.append(call))
    small = [(done, total) for what, done, total in calls if "small" in what]
    assert small == [(128 * step, 1280) for step in range(1, 11)]
    seconds, encoding = judges.cost(digits)
    assert seconds > 10 * encoding > 0


def test_data_without_labels_are_refused():
    split = Split(np.zeros((20, 8, 8, 1), np.uint8))
    data = Dataset("plain", "plain", "images", {"train": split, "test": split}, fingerprint="p")
    with pytest.raises(UserError, match="has none; use encoder 'patches'"):
        find_encoder("judge", data)


def test_tiny_images_are_refused():
    split = Split(np.zeros((20, 4, 4, 1), np.uint8), np.zeros(20, np.int64))
    data = Dataset("tiny", "tiny", "images", {"train": split, "test": split}, ("a",), fingerprint="t")
    with pytest.raises(UserError, match="at least 8 by 8"):
        find_encoder("judge", data)


def test_an_unknown_name_gets_the_nearest(digits):
    with pytest.raises(UserError, match="did you mean 'judge'"):
        find_encoder("jugde", digits)
