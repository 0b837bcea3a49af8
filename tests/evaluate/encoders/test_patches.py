import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from saddlepoint.core.errors import UserError
from saddlepoint.data import load
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.evaluate import evaluate, find_encoder
from saddlepoint.evaluate.encoders import patches


@pytest.fixture(scope="module")
def plain(digits):
    """The digits without their labels."""
    splits = {name: Split(split.array, None, split.rows) for name, split in digits.splits.items()}
    return Dataset("plain", "plain", "images", splits, fingerprint="plain-digits")


@pytest.fixture(scope="module")
def encoder(plain):
    return find_encoder(None, plain)


def rows(data):
    return np.concatenate(
        [data.splits[name].take(np.arange(len(data.splits[name])))[0] for name in ("test", "validation")]
    )


def test_unlabelled_images_are_read_by_patches(encoder, plain):
    images = plain.train.take(np.arange(len(plain.train)))[0]
    features = encoder.features(images)
    assert encoder.name == "patches"
    assert features.shape == (len(images), 128)
    assert features.var(axis=0, ddof=1).sum() == pytest.approx(100, rel=0.02)


def test_it_is_cached_and_the_same_again(encoder, plain):
    lines = []
    again = find_encoder("patches", plain, lambda *call: lines.append(call))
    assert lines == []
    assert again.hash == encoder.hash
    images = rows(plain)[:5]
    np.testing.assert_array_equal(again.features(images), encoder.features(images))


def test_degrees_of_damage_are_ranked(encoder, plain, rng):
    real = rows(plain)

    def distance(images):
        card = evaluate(plain, images, metrics=["frechet"], encoder=encoder)
        return card["frechet"].value or 0.0

    def blurred(width):
        return np.clip(gaussian_filter(real.astype(float), (0, width, width, 0)), 0, 255).astype(np.uint8)

    def noisy(width):
        return np.clip(real + rng.normal(0, width, real.shape), 0, 255).astype(np.uint8)

    def collapsed(kinds):
        return real[rng.integers(kinds, size=len(real))]

    for damage, degrees in ((blurred, (0.4, 0.7, 1.2)), (noisy, (20, 50, 100)), (collapsed, (100, 30, 5))):
        found = [distance(real), *(distance(damage(degree)) for degree in degrees)]
        assert np.all(np.diff(found) > 0), damage.__name__
        assert found[-1] > 2 * found[0], damage.__name__


def test_a_card_without_labels(plain):
    card = evaluate(plain, rows(plain))
    assert "patches" in card.line()
    assert "class_kl" not in card.figures
    assert "classifier_score" not in card.figures
    assert {"frechet", "kernel", "precision", "coverage", "diversity", "memorisation"} <= set(card.figures)
    assert card["diversity"].value == pytest.approx(1, abs=0.1)
    with pytest.raises(UserError, match="give labelled data"):
        evaluate(plain, rows(plain), metrics=["class_histogram"])


@pytest.mark.parametrize("shape", [(9, 12, 3), (32, 32, 3), (96, 80, 1)])
def test_other_shapes(shape, rng):
    images = rng.integers(0, 256, size=(60, *shape), dtype=np.uint8)
    split = Split(images)
    data = Dataset("noise", "noise", "images", {"train": split, "test": split}, fingerprint=f"noise{shape}")
    assert find_encoder("patches", data).features(images).shape == (60, 128)


def test_points_are_refused():
    with pytest.raises(UserError, match="does not read points"):
        find_encoder("patches", load("ring8"))


@pytest.mark.parametrize("count", [1, 2])
def test_the_cost_of_very_few_images_is_found(count):
    array = np.random.default_rng(0).integers(0, 256, (count, 16, 16, 3), dtype=np.uint8)
    learning, each = patches.cost(
        Dataset("few", "few", "images", {"train": Split(array)}, fingerprint=f"few{count}")
    )
    assert learning > 0
    assert each > 0
