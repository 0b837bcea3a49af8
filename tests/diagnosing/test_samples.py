"""Samples beside data, where it is known what is wrong."""

import numpy as np
import pytest

from saddlepoint.data.dataset import Dataset, Split
from saddlepoint.diagnosing.examples import Examples, _flat, principal
from saddlepoint.diagnosing.samples import (
    bins,
    cells,
    chances_apart,
    fine,
    gap,
    nearest,
    spectrum,
    told_apart,
)
from saddlepoint.evaluate.copies import copies


def ring(n: int, modes: int, seed: int, width: float = 0.05) -> np.ndarray:
    rng = np.random.default_rng(seed)
    angle = 2 * np.pi * rng.integers(0, modes, n) / 8
    return np.stack([np.cos(angle), np.sin(angle)], 1) + width * rng.standard_normal((n, 2))


def test_modes_that_are_left_out_are_lost():
    real = ring(2000, 8, 0)
    assert bins(cells(real), real, ring(1000, 8, 1)).lost == 0
    assert bins(cells(real), real, ring(1000, 4, 1)).lost == pytest.approx(0.5, abs=0.05)
    assert bins(cells(real), real, ring(1000, 1, 1)).lost == pytest.approx(7 / 8, abs=0.05)


def test_parts_that_are_left_out_are_named_and_have_no_ratio():
    real = ring(2000, 8, 0)
    found = bins(cells(real), real, ring(1000, 4, 1))
    assert found.real[found.rare].sum() == found.lost
    assert (found.fake[found.rare] < found.real[found.rare] / 4).all()
    empty = found.fake == 0
    assert np.isnan(found.ratios[empty]).all()
    assert np.isfinite(found.ratios[found.fake > 0.02]).all()


@pytest.mark.parametrize("modes", [2, 8])
def test_the_gap_between_modes_is_that_of_their_centres_but_for_their_width(modes):
    apart = 2 * np.sin(np.pi / 8)  # of neighbours on the unit circle
    found = gap(ring(3_000, modes, 0, width=0.01))
    assert found is not None
    assert apart - 0.1 < found < apart


def test_what_has_no_modes_has_no_gap():
    assert gap(np.random.default_rng(0).normal(size=(3_000, 2))) is None
    assert gap(np.zeros((50, 2))) is None


def test_variance_within_bins_is_that_of_samples_over_that_of_data():
    real = ring(2000, 8, 0, 0.02)
    assert bins(cells(real), real, ring(1000, 8, 1, 0.02)).spread == pytest.approx(1, abs=0.25)
    assert bins(cells(real), real, ring(1000, 8, 1, 0.002)).spread < 0.2


@pytest.mark.parametrize("shape", [(40, 7), (7, 40), (12, 12)])
def test_principal_axes_are_singular_vectors(shape):
    centred = np.random.default_rng(0).standard_normal(shape)
    centred -= centred.mean(0)
    deviations, axes = principal(centred, 5)
    _, scale, right = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(deviations, scale[:5] / np.sqrt(shape[0]), rtol=1e-9)
    np.testing.assert_allclose(np.abs((axes * right[:5].T).sum(0)), 1, rtol=1e-9)


def test_constant_examples_have_one_axis_at_least():
    deviations, axes = principal(np.zeros((5, 3)), 2)
    assert deviations.tolist() == [0]
    assert axes.shape == (3, 1)


def test_large_images_are_averaged_over_squares():
    images = np.random.default_rng(0).integers(0, 256, (9, 70, 70, 3), np.uint8)
    flat = _flat(images)
    assert flat.shape == (9, 35 * 35 * 3)
    assert flat[4, 3] == pytest.approx(images[4, :2, 2:4, 0].mean() / 255)


def test_equal_sets_are_not_told_apart_and_distant_ones_are():
    real = np.random.default_rng(0).standard_normal((1500, 5))
    fake = np.random.default_rng(1).standard_normal((1500, 5))
    assert told_apart(real, fake) == pytest.approx(0.5, abs=0.04)
    assert told_apart(real, fake + 10) == 1


def by_class(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return bytes in the order of their classes: dark, then bright."""
    label = np.repeat([0, 1], count // 2)
    noise = np.random.default_rng(seed).integers(0, 100, (count, 4, 4, 1), np.uint8)
    return noise + (140 * label[:, None, None, None]).astype(np.uint8), label


def official(count: int, held: int) -> Dataset:
    """Return a set whose validation examples are training examples, too, as MNIST's are."""
    array, label = by_class(count, 0)
    test, test_label = by_class(held, 1)
    splits = {
        "train": Split(array, label),
        "validation": Split(array, label, np.arange(count - held, count)),
        "test": Split(test, test_label),
    }
    return Dataset("official", "official", "images", splits, ("dark", "bright"), "mark")


def test_the_first_examples_are_of_all_classes_whatever_the_order_of_the_data():
    examples = Examples(official(1000, 200), seed=0, most=600)
    for label in (examples.real_labels, examples.held_labels):
        assert label is not None
        assert 0.35 < label[:100].mean() < 0.65
    fake = examples.place(by_class(600, 2)[0])
    assert told_apart(examples.placed[:100], fake[np.random.default_rng(0).permutation(600)]) == pytest.approx(
        0.5, abs=0.12
    )


def test_what_is_held_out_was_never_trained_on():
    data = official(1000, 200)
    trained = {row.tobytes() for row in data.train.array}
    held = Examples(data, seed=0).held
    assert len(held) == 200
    assert not any(row.tobytes() in trained for row in held)
    alone = Dataset("one", "one", "images", dict.fromkeys(data.splits, data.train), data.classes, "mark")
    assert len(Examples(alone, seed=0).held) == len(Examples(alone, seed=0).unseen) == 0


@pytest.mark.parametrize("count", [300, 10_000])
def test_a_perfect_copier_is_one_however_large_the_training_set_is(count):
    examples = Examples(official(count, 200), seed=0)
    some = np.random.default_rng(3).integers(0, count, 500)
    rows, trained = examples.trained
    assert len(rows) == len(trained) == count
    found = copies(examples.place(examples.data.train.array[some]), trained, examples.unseen)
    assert found.share > 0.95
    assert found.low > 0.5
    honest = copies(examples.place(by_class(500, 4)[0]), trained, examples.unseen)
    assert honest.low < 0.1
    place = examples.place(examples.data.train.array[rows[5]][None])[0]
    np.testing.assert_allclose(trained[5], place, atol=1e-12)


def test_a_wave_of_two_pixels_is_fine_and_a_long_one_is_not():
    across = np.arange(16)
    short, long = ((-1.0) ** across, np.cos(2 * np.pi * across / 8))
    for wave, share in ((short, 1.0), (long, 0.0)):
        images = np.broadcast_to(wave, (3, 16, 16))[..., None]
        assert fine(images) == pytest.approx(share, abs=1e-9)
        assert fine(np.swapaxes(images, 1, 2)) == pytest.approx(share, abs=1e-9)
        count = 8 if share else 2  # waves across the image
        assert spectrum(images) == pytest.approx(np.eye(8)[count - 1], abs=1e-9)
    noise = np.random.default_rng(0).standard_normal((500, 16, 16, 1))
    assert fine(noise) == pytest.approx(30 / 255, rel=0.05)  # one row and one column of all but the mean


def test_the_nearest_is_told_with_its_distance():
    distance, row = nearest(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[0.0, 1.0], [3.0, 4.0]]))
    assert distance.tolist() == [1.0, 0.0]
    assert row.tolist() == [0, 1]


def test_chances_apart_is_the_area_under_the_curve():
    assert chances_apart(np.array([1.0, 3.0]), np.array([0.0, 2.0])) == 0.75
    assert chances_apart(np.array([1.0]), np.array([1.0])) == 0.5
