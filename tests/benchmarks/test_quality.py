"""Time to quality: rows are kept as they come."""

import pytest

from benchmarks.quality import keep, rows_of, times

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
