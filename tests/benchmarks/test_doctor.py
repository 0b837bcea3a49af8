"""The runs that the doctor is judged by."""

from pathlib import Path

import pytest

from benchmarks.doctor.runs import written
from benchmarks.doctor.scenarios import CHOOSING, REPORTING, SCENARIOS, SOURCES, cases
from benchmarks.doctor.slips import SLIPS
from saddlepoint.core.experiment import recipes
from saddlepoint.core.flags import flags
from saddlepoint.diagnosing.finding import conditions


@pytest.mark.parametrize("half", [CHOOSING, REPORTING])
def test_every_condition_is_the_cause_of_some_run_in_either_half(half):
    causes = {name for case in cases(1, 1) if case.half == half for name in case.scenario.expected}
    assert causes == set(conditions.names())


def test_runs_have_folders_of_their_own_and_name_what_there_is():
    folders = [case.folder for case in cases(3, 3)]
    assert len(folders) == len(set(folders))
    for name, scenario in SCENARIOS.items():
        assert set(scenario.on) <= set(SOURCES), name
        assert scenario.slip in {"", *SLIPS}, name
        assert set(scenario.flags) <= {*flags(recipes.get(scenario.recipe)), "batch", "size"}, name


def test_every_slip_is_made_by_some_run():
    assert {scenario.slip for scenario in SCENARIOS.values()} == {"", *SLIPS}


def test_texts_are_written_into_a_folder_that_is_not_there_yet(tmp_path):
    places = written(tmp_path / "doctor")
    assert set(places) <= set(SOURCES)
    for path in places.values():
        assert len(Path(path).read_text("utf-8")) > 100_000
    assert written(tmp_path / "doctor") == places
