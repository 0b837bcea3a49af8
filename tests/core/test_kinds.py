import numpy as np
import pytest
import torch

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import DataSpec, recipe
from saddlepoint.core.kinds import full_scale, kind_of, kinds

EXAMPLES = {
    "images": np.random.default_rng(0).integers(0, 256, (5, 4, 3, 2), np.uint8),
    "views": np.random.default_rng(0).integers(0, 256, (5, 2, 4, 3, 3), np.uint8),
    "points": np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32),
    "waves": np.array([[[-32768, -1, 0]], [[1, 2, 32767]]], np.int16),
    "tokens": np.array([[0, 3], [2, 1]], np.int32),
}


@pytest.mark.parametrize("name", kinds.names())
@pytest.mark.parametrize("pixels", [(-1.0, 1.0), (0.0, 1.0)])
def test_an_array_tells_its_kind_and_comes_back_from_the_tensors_that_networks_see(name, pixels):
    array = EXAMPLES[name]
    kind = kind_of(array)
    assert kind.name == name
    tensor = kind.to_tensor(torch.from_numpy(array), pixels)
    assert tensor.is_floating_point() != (name == "tokens")
    assert tuple(tensor.shape[1:]) == kind.tensor_shape(array.shape[1:])
    assert DataSpec("toy", name, array.shape[1:], (), 5).tensor_shape == tuple(tensor.shape[1:])
    np.testing.assert_array_equal(kind.to_array(tensor, pixels), array)


def test_pixels_reach_both_ends_of_the_range_and_no_further():
    images = kinds.get("images")
    levels = torch.tensor([0, 255], dtype=torch.uint8).reshape(2, 1, 1, 1)
    assert images.to_tensor(levels, (-1.0, 1.0)).flatten().tolist() == [-1.0, 1.0]
    outside = torch.tensor([-9.0, 9.0]).reshape(2, 1, 1, 1)
    assert images.to_array(outside, (0.0, 1.0)).flatten().tolist() == [0, 255]


def test_full_scale_is_the_largest_level_of_whole_numbers():
    assert [full_scale(array) for array in EXAMPLES.values()] == [255.0, 255.0, 1.0, 32768.0, 1.0]


def test_the_channels_of_a_picture_come_before_those_of_its_normals():
    views = kinds.get("views")
    levels = torch.arange(6, dtype=torch.uint8).view(1, 2, 1, 1, 3)
    assert views.to_tensor(levels, (0.0, 255.0)).flatten().tolist() == [0, 1, 2, 3, 4, 5]


def test_silence_is_the_middle_of_the_range_and_what_is_too_loud_is_cut_off():
    waves = kinds.get("waves")
    silence = torch.zeros(1, 1, 2, dtype=torch.int16)
    assert waves.to_tensor(silence, (0.0, 1.0)).flatten().tolist() == [0.5, 0.5]
    loud = torch.tensor([[[-9.0, 9.0]]])
    assert waves.to_array(loud, (-1.0, 1.0)).flatten().tolist() == [-32768, 32767]


def test_arrays_of_no_kind_are_refused():
    with pytest.raises(ValueError, match=r"no kind of data is float64 \(2, 2, 2, 2\)"):
        kind_of(np.zeros((2, 2, 2, 2)))


def test_a_recipe_needs_kinds_that_there_are():
    with pytest.raises(UserError, match="there is no kind of data 'pictures'"):
        recipe(needs=("pictures",))(lambda data: None)  # type: ignore[arg-type, return-value]
