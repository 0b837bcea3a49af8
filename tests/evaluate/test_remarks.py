"""What stands on a card beside its figures, and references that no figure can rest on."""

import numpy as np
import pytest

from saddlepoint.core.errors import UserError
from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.evaluate import evaluate
from saddlepoint.evaluate.encoder import Encoder, Encoding
from saddlepoint.evaluate.features import Features
from saddlepoint.evaluate.metric import Inputs, UnmeasurableError
from saddlepoint.evaluate.metrics.diversity import diversity
from tests.evaluate.toys import toy


def plain(features):
    """An encoder that sees the first pixels, so that nothing is trained."""
    return Encoder(
        "plain", "0" * 12, lambda x: Encoding(x.reshape(len(x), -1)[:, :features].astype(np.float32), None)
    )


def unlabelled(name, images):
    rows = np.arange(len(images))
    cut = max(1, len(images) * 4 // 5)
    splits = {"train": Split(images, None, rows[:cut]), "validation": Split(images, None, rows[cut:])}
    return Dataset(name, name, "images", {**splits, "test": splits["validation"]}, fingerprint=name)


def pictures(rng, count):
    return rng.integers(0, 256, (count, 8, 8, 1), np.uint8)


def test_a_set_in_order_scores_like_a_shuffled_one(digits, rng):
    images, label = digits.train.take(np.arange(len(digits.train)))
    ordered = images[np.argsort(label, kind="stable")]
    shuffled = images[rng.permutation(len(images))]
    metrics = ("frechet", "class_histogram")
    one, other = (evaluate(digits, each, samples=500, metrics=metrics) for each in (ordered, shuffled))
    assert "Scored: 500 of 1,257 samples, drawn at random, seed 0." in one.notes
    for card in (one, other):
        assert card["classes"].value == 10
        assert 0 <= (card["frechet"].value or 0) < 1.5  # the first 500 are four digits, and score 44
    assert one.to_json() == evaluate(digits, ordered, samples=500, metrics=metrics).to_json()


def test_figures_that_rest_on_fewer_samples_say_so(rng):
    data = unlabelled("some", pictures(rng, 400))
    card = evaluate(data, pictures(rng, 2_600), encoder=plain(6), metrics=("memorisation",))
    assert card["memorisation"].samples == 2_500
    assert any("rest on the first: memorisation on 2,500" in note for note in card.notes)
    few = evaluate(data, pictures(rng, 100), encoder=plain(6), metrics=("memorisation",))
    assert not any("rest on the first" in note for note in few.notes)


@pytest.mark.parametrize(
    ("count", "said"), [(1, "has 1 training image, and 10 are needed"), (5, "has 4 training images, and 10")]
)
def test_a_tiny_reference_is_refused_in_a_sentence(rng, count, said):
    with pytest.raises(UserError, match=said):
        evaluate(unlabelled("tiny", pictures(rng, count)), pictures(rng, 60))


def test_a_constant_reference_is_refused_in_a_sentence(rng):
    with pytest.raises(UserError, match="all training images of 'blank' are equal"):
        evaluate(unlabelled("blank", np.full((3000, 8, 8, 1), 255, np.uint8)), pictures(rng, 60))
    points = rng.normal(size=(1, 2)).astype(np.float32).repeat(50, 0)
    with pytest.raises(UserError, match="all training points of 'dot' are equal"):
        evaluate(Dataset("dot", "dot", "points", {"train": Split(points)}), points)


def test_an_encoder_that_tells_no_images_apart_is_refused(rng):
    blind = Encoder("blind", "1" * 12, lambda x: Encoding(np.ones((len(x), 3), np.float32), None))
    with pytest.raises(UserError, match="'blind' gives all training images of 'some' the same features"):
        evaluate(unlabelled("some", pictures(rng, 100)), pictures(rng, 60), encoder=blind)


def test_few_training_images_leave_figures_out_and_are_named(rng):
    data = unlabelled("few", pictures(rng, 25))
    card = evaluate(data, pictures(rng, 60), encoder=plain(6))
    assert "kernel" not in card.figures
    assert "Left out: kernel, which needs at least 50 training images, and there are 20." in card.notes
    assert all(np.isfinite(figure.value) for figure in card.figures.values() if figure.value is not None)


def test_classes_of_equal_images_have_no_diversity(rng):
    """The first of two classes is one image twelve times: its ratio would be a division by nothing."""
    features = rng.normal(size=(24, 3)).astype(np.float32)
    real, fake = features.copy(), rng.normal(size=(24, 3)).astype(np.float32)
    real[:12] = real[0]
    logits = np.repeat(np.eye(2, dtype=np.float32), 12, axis=0)

    def inputs(real):
        return Inputs(
            Features(fake, logits),
            Features(real, logits),
            Features(fake),
            toy(("a", "b")),
            np.random.default_rng(0),
        )

    found = diversity(inputs(real))
    assert list(found["diversity"].detail["classes"]) == ["b"]
    expected = np.sqrt(fake[12:].var(axis=0, ddof=1).sum() / real[12:].var(axis=0, ddof=1).sum())
    assert found["diversity"].value == pytest.approx(expected)
    real[12:] = real[12]
    with pytest.raises(
        UnmeasurableError, match="needs a class with 10 samples and 10 training images that differ"
    ):
        diversity(inputs(real))
