import numpy as np
import pytest

from saddlepoint.core.errors import UserError
from saddlepoint.data import load


def test_scenes_are_views_whose_normals_have_unit_length():
    data = load("scenes:16:40")
    assert (data.kind, data.shape, data.name) == ("views", (2, 16, 16, 3), "scenes-16-40")
    assert {part: len(split) for part, split in data.splits.items()} == {
        "train": 40,
        "validation": 4,
        "test": 4,
    }
    normal = data.train.array[:, 1] / 127.5 - 1
    assert (
        np.abs(np.linalg.norm(normal, axis=-1) - 1).max() < 2 / 127.5
    )  # two levels: three numbers are rounded
    again = load("scenes:16:40")
    assert np.array_equal(again.train.array, data.train.array)
    assert again.key == data.key
    assert load("scenes:16:50").key != data.key
    assert len(np.unique(data.train.array.reshape(40, -1), axis=0)) == 40


@pytest.mark.parametrize("argument", ["8", "many", "32:5", "32:", "32:100:2", ""])
def test_what_names_no_views_is_refused(argument):
    with pytest.raises(UserError, match="write scenes:SIDE or scenes:SIDE:COUNT, with 16 to 128 pixels"):
        load(f"scenes:{argument}")
