"""Time to quality: rows are kept as they come."""

import numpy as np
import pytest
from PIL import Image

from benchmarks.quality import CONTENDERS, FIELDS, keep, rows_of, times
from benchmarks.sources import pictures
from saddlepoint.core.errors import UserError

ROW = {
    **{"data": "digits", "name": "dcgan", "asked": 2.0, "seed": 0, "processor": "A", "instructions": "AVX2"},
    **{"title": "dcgan", "precision": "fp32", "minutes": 2.0, "images": 10, "judge": 3.0, "judge_real": 0.5},
}


def test_a_row_takes_the_place_of_the_same_contender_time_seed_and_machine(tmp_path):
    for each in ({}, {"seed": 1}, {"asked": 6.0, "judge": 1.0}, {"processor": "B"}, {"judge": 2.0}):
        keep(tmp_path, ROW | each)
    kept = [(each["asked"], each["seed"], each["processor"], each["judge"]) for each in rows_of(tmp_path)]
    assert kept == [(2.0, 1, "A", 3.0), (6.0, 0, "A", 1.0), (2.0, 0, "B", 3.0), (2.0, 0, "A", 2.0)]
    assert (tmp_path / "quality.png").stat().st_size > 1000


def test_minutes_are_positive_numbers():
    assert times("2,0.5") == [2, 0.5]
    for wrong in ("0", "-1", "nan", "inf"):
        with pytest.raises(ValueError, match="positive"):
            times(wrong)


def test_every_kind_of_images_has_a_loop_and_what_a_user_gets_without_a_recipe():
    for kind, picked in (("digits", "labelled_dcgan"), ("photos", "labelled_dcgan"), ("folder", "fast_gan")):
        contenders = [CONTENDERS[name] for name in FIELDS[kind].names]
        assert contenders[0].recipe == picked
        assert any(each.row for each in contenders)


def test_a_folder_needs_jpegs_that_can_be_read(tmp_path):
    with pytest.raises(UserError, match=r"holds no \.jpg files"):
        pictures(str(tmp_path))
    (tmp_path / "0.jpg").touch()
    with pytest.raises(UserError, match="are they damaged"):
        pictures(str(tmp_path))
    rng = np.random.default_rng(0)
    for index in range(3):
        pixels = rng.integers(0, 256, (16, 16, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{index}.jpg")
    assert pictures(str(tmp_path)).name == f"{tmp_path.name}, 3 JPEGs"
