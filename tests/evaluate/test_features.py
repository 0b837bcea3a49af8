"""Real images that are held out count once, however the splits of a data set share them."""

import numpy as np
import pytest
from PIL import Image

from saddlepoint.data import load
from saddlepoint.evaluate import evaluate
from saddlepoint.evaluate.features import Features, held_out
from saddlepoint.evaluate.metric import Inputs
from saddlepoint.evaluate.metrics.memorisation import memorisation
from tests.evaluate.toys import toy

SIDE = 8


def pictures(seed, count):
    return np.random.default_rng(seed).integers(0, 256, size=(count, SIDE, SIDE, 1), dtype=np.uint8)


TRAIN, FIRST, SECOND = pictures(0, 90), pictures(1, 60), pictures(2, 60)


def folder(root, **parts):
    for part, images in parts.items():
        (root / part).mkdir(parents=True)
        for index, image in enumerate(images):
            Image.fromarray(image[..., 0]).save(root / part / f"{index:03}.png")
    return load(str(root))


def images_of(splits):
    return sorted(image.tobytes() for split in splits for image in split.take(np.arange(len(split)))[0])


def content(*arrays):
    return sorted(image.tobytes() for array in arrays for image in array)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({"train": TRAIN, "val": FIRST}, [FIRST]),
        ({"train": TRAIN, "test": FIRST}, [FIRST]),
        ({"train": TRAIN, "val": SECOND, "test": FIRST}, [FIRST, SECOND]),
        ({"train": TRAIN, "val": FIRST, "test": FIRST}, [FIRST]),
        ({"train": TRAIN, "val": np.concatenate([SECOND, TRAIN[:7], SECOND[:5]])}, [SECOND]),
        ({"train": TRAIN, "val": TRAIN[:9]}, []),
    ],
    ids=["train and val", "train and test", "all three", "the same twice", "with copies", "nothing new"],
)
def test_each_image_is_held_out_once(tmp_path, parts, expected):
    data = folder(tmp_path / "set", **parts)
    assert images_of(held_out(data)) == content(*expected)


def test_without_splits_what_is_not_trained_on_is_held_out_once(tmp_path):
    data = folder(tmp_path / "set", images=np.concatenate([TRAIN, FIRST, FIRST[:20]]))
    train = {image.tobytes() for image in data.train.take(np.arange(len(data.train)))[0]}
    rest = {image.tobytes() for image in np.concatenate([TRAIN, FIRST])} - train
    assert images_of(held_out(data)) == sorted(rest)
    assert len(rest) > 10


def test_splits_in_arrays_of_their_own_count_once_too(tmp_path):
    np.savez(tmp_path / "set.npz", x_train=TRAIN, x_val=FIRST, x_test=np.concatenate([FIRST[:40], TRAIN[:3]]))
    assert images_of(held_out(load(str(tmp_path / "set.npz")))) == content(FIRST)


def test_val_alone_says_who_memorises_and_who_does_not(tmp_path):
    data = folder(tmp_path / "set", train=TRAIN, val=FIRST)
    fresh = evaluate(data, pictures(3, 400), metrics=["memorisation"])
    assert fresh.reference == {"training": 90, "held_out": 60}
    low, high = fresh["memorisation"].low, fresh["memorisation"].high
    assert low is not None
    assert high is not None
    assert low < 0 < high
    assert fresh["memorisation"].real_samples == 30
    # 30 held-out images beside 90 and 30 others: a share of 1/4 is expected, so 95 % lie within 0.65 of 0.
    assert fresh["memorisation"].real == pytest.approx(0, abs=0.65)
    assert evaluate(data, TRAIN, metrics=["memorisation"])["memorisation"].value == 1


def test_too_few_to_be_split_have_no_real_figure(tmp_path):
    data = folder(tmp_path / "set", train=TRAIN, val=FIRST[:30])
    card = evaluate(data, pictures(3, 400))
    assert card.reference["held_out"] == 30
    assert "memorisation" not in card.figures


def test_repeated_training_images_are_no_larger_target(rng):
    def encoded(images):
        return Features(
            np.zeros((len(images), 1), np.float32), thumbnails=lambda: images.reshape(len(images), -1)
        )

    def measured(fake, real, heldout):
        return memorisation(Inputs(encoded(fake), encoded(real), encoded(heldout), toy(), rng))["memorisation"]

    once = measured(pictures(3, 400), TRAIN, FIRST)
    assert measured(pictures(3, 400), np.repeat(TRAIN, 10, axis=0), FIRST) == once
    assert measured(pictures(3, 400), TRAIN, np.tile(FIRST, (3, 1, 1, 1))) == once
    assert once.detail["expected"] == pytest.approx(90 / 150)
