"""Samples beside data, where it is known what is wrong."""

import numpy as np
import pytest

from saddlepoint.diagnosing.examples import _flat, principal
from saddlepoint.diagnosing.samples import (
    bins,
    cells,
    chances_apart,
    copied,
    fine,
    gap,
    nearest,
    spectrum,
    told_apart,
)


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


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_copies_are_counted(share):
    rng = np.random.default_rng(0)
    train, held, fake = (rng.standard_normal((1000, 8)) for _ in range(3))
    fake[: round(1000 * share)] = train[: round(1000 * share)]
    assert copied(fake, train, held) == pytest.approx(share, abs=0.08)


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
