"""The table of what is normal, from healthy runs."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import saddlepoint as sp
from benchmarks.doctor.judging import reach
from benchmarks.doctor.runs import MADE, RUNS, rows
from benchmarks.doctor.scenarios import Case
from saddlepoint.core.checkpoint import read_json
from saddlepoint.core.files import write_json
from saddlepoint.runs.model import Model
from saddlepoint.runs.normal import TABLE, banded, size_class
from saddlepoint.version import __version__


def write_table(cases: Iterable[Case], out: Path, table: Path = TABLE) -> int:
    """Write the bands of the healthy runs that reach all classes; return how many runs they are.

    Bands of recipes, kinds of data and sizes of which there are no two such runs stay as they are in the table.
    """
    made = {Case(row["name"], row["data"], row["seed"]) for row in rows(out / MADE)}
    groups: dict[str, list[tuple[Case, Model]]] = defaultdict(list)
    for case in cases:
        if case.scenario.expected or case not in made:
            continue
        run = sp.load(out / RUNS / case.folder)
        if reach(run, case.seed) in (None, 1.0):
            built = run.built()
            groups[f"{built.recipe.name} {built.spec.kind} {size_class(built)}"].append((case, run))
    bands = read_json(table)["bands"] if table.exists() else {}
    bands |= {key: _band(found) for key, found in groups.items() if len(found) > 1}
    head = {"version": 1, "made": "python -m benchmarks.doctor normal", "package": __version__}
    write_json(table, {**head, "bands": dict(sorted(bands.items()))})
    return sum(band["runs"] for band in bands.values())


def _band(found: list[tuple[Case, Model]]) -> dict[str, Any]:
    images, curves = banded([run.curves() for _, run in found])
    return {
        "runs": len(found),
        "on": sorted({case.data for case, _ in found}),
        "objective": found[0][1].built().experiment.objective,
        "images": images,
        "curves": curves,
    }
