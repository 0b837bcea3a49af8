import numpy as np
import pytest
from PIL import Image

from saddlepoint.data import Dataset, Request, Split, pixels
from saddlepoint.data.resize import fit, resample, shrink


def dataset(array: np.ndarray) -> Dataset:
    rows = np.arange(len(array))
    splits = {part: Split(array, None, rows) for part in ("train", "validation", "test")}
    return Dataset("set", "set", "images", splits, fingerprint="f")


@pytest.mark.parametrize(("old", "new"), [(28, 32), (28, 14), (28, 64), (8, 8), (30, 7)])
def test_resampling_is_pillows_up_to_rounding(old, new):
    images = np.random.default_rng(0).integers(0, 256, (3, old, old, 3), np.uint8)
    expected = np.stack(
        [np.asarray(Image.fromarray(i).resize((new, new), Image.Resampling.LANCZOS)) for i in images]
    )
    np.testing.assert_allclose(resample(images, new).astype(int), expected.astype(int), atol=1)


def test_splits_that_share_an_array_still_do():
    found = fit(dataset(np.zeros((4, 8, 8, 1), np.uint8)), Request("set", size=16))
    assert len({id(split.array) for split in found.splits.values()}) == 1
    assert found.shape == (16, 16, 1)
    assert found.notes == ("resized from 8 to 16 pixels",)
    assert found.fingerprint != "f"


def test_the_native_side_changes_nothing():
    data = dataset(np.zeros((4, 8, 8, 1), np.uint8))
    found = fit(data, Request("set"))
    assert found.train.array is data.train.array
    assert found.fingerprint == "f"


def test_wide_images_are_cropped_or_stretched():
    array = np.zeros((2, 4, 12, 1), np.uint8)
    array[:, :, 4:8] = 200
    cropped = fit(dataset(array), Request("set"))
    np.testing.assert_array_equal(cropped.train.array, np.full((2, 4, 4, 1), 200))
    assert cropped.notes == ("centre-cropped to a square",)
    stretched = fit(dataset(array), Request("set", crop="stretch"))
    assert stretched.shape == (4, 4, 1)
    assert stretched.train.array[0, 0, 0, 0] < 30


def test_a_large_result_lies_in_a_memory_mapped_file(monkeypatch):
    array = np.random.default_rng(0).integers(0, 256, (50, 8, 8, 3), np.uint8)
    small = fit(dataset(array), Request("set", size=16)).train.array
    monkeypatch.setattr(pixels, "LARGE", 1000)
    for _ in range(2):
        large = fit(dataset(array), Request("set", size=16)).train.array
        assert isinstance(large, np.memmap)
        np.testing.assert_array_equal(large, small)


def test_shrinking_averages_areas_and_keeps_what_is_small():
    images = np.random.default_rng(0).integers(0, 256, (600, 16, 6, 3), np.uint8)
    means = images.reshape(600, 8, 2, 6, 3).mean(axis=2)
    small = shrink(images, 8)
    assert small.dtype == np.uint8
    assert small.shape == (600, 8, 6, 3)
    np.testing.assert_array_equal(small, np.round(means))
    assert shrink(images, 16) is images
