"""``python -m benchmarks.doctor [make] [judge] [normal] [guard] [looks] [--out DIR] [--data NAME:PATH ...]``.

``make`` makes runs that are not there yet. ``judge`` lets the doctor look at those that are, prints how often
it is right, and writes ``doctor.json`` and ``doctor.png`` into the folder of runs. By default both. ``normal``
trains recipes as they stand, where that is not done yet, and writes the curves of these and of the healthy
runs into the package, which sets runs beside them. ``guard`` trains faulty runs without ``--guard`` and with
it, and writes what came of it into ``guard.json``. ``looks`` trains the usual recipe on digits, and writes what
the doctor's looks on the way took of its time into ``looks.json``.
"""

import argparse
import json
import sys
from pathlib import Path

from benchmarks.doctor.guarding import guard
from benchmarks.doctor.judging import judged, summary
from benchmarks.doctor.looking import looks
from benchmarks.doctor.runs import make, written
from benchmarks.doctor.scenarios import CHOOSING, REPORTING, SCENARIOS, SOURCES, Case, cases
from benchmarks.doctor.telling import lines
from benchmarks.doctor.usual import USUAL, make_usual, write_table
from saddlepoint.core.files import write_json
from saddlepoint.core.machine import describe_machine
from saddlepoint.runs.normal import TABLE

NEEDS_FILES = ("mnist", "cifar10")


def main() -> int:
    """Make runs, look at them, write what came of it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.doctor", description=__doc__)
    parser.add_argument("what", nargs="*", metavar="make|judge|normal|guard|looks", help="default: make judge")
    parser.add_argument("--faulty", type=int, default=1, help="seeds of each kind with a fault (default: 1)")
    parser.add_argument("--healthy", type=int, default=2, help="seeds of each healthy kind (default: 2)")
    parser.add_argument("--kind", action="append", choices=SCENARIOS, help="of runs (default: all)")
    parser.add_argument("--recipe", action="append", help="that is trained as it stands (default: all of them)")
    parser.add_argument("--seeds", type=int, default=3, help="of each kind of guarded run (default: 3)")
    parser.add_argument(
        "--minutes", type=float, default=10.0, help="of the run whose looks are timed (default: 10)"
    )
    parser.add_argument("--out", type=Path, default=Path("doctor"), help="folder of runs and findings")
    parser.add_argument(
        "--data", action="append", default=[], metavar="NAME:PATH", help="where mnist or cifar10 lie"
    )
    parser.add_argument(
        "--half",
        action="append",
        choices=(CHOOSING, REPORTING),
        help="of the runs that are judged: those that limits were set on, or the others (default: both)",
    )
    asked = parser.parse_args()
    asked.half = asked.half or [CHOOSING, REPORTING]
    places = {name: name for name in (*SOURCES, *(one.data for one in USUAL)) if name not in NEEDS_FILES}
    places |= written(asked.out) | {one.partition(":")[0]: one for one in asked.data}
    wanted = [case for case in cases(asked.faulty, asked.healthy) if case.name in (asked.kind or SCENARIOS)]
    if not asked.what or "make" in asked.what:
        make(wanted, places, asked.out)
    if not asked.what or "judge" in asked.what:
        judge(wanted, asked.half, asked.out)
    if "normal" in asked.what:
        make_usual(asked.recipe or {one.recipe for one in USUAL}, places, asked.out)
        print(f"{write_table(wanted, asked.out)} runs in {TABLE}")
    if "guard" in asked.what:
        guard(range(asked.seeds), asked.out)
    if "looks" in asked.what:
        print(json.dumps(looks("digits", asked.minutes, asked.out)))
    return 0


def judge(wanted: list[Case], halves: list[str], out: Path) -> None:
    """Look at what was made of some halves, tell how often that was right, and write it down."""
    from benchmarks.doctor.drawing import confusion_image
    from saddlepoint.plots.png import save_png

    found = {half: judged([case for case in wanted if case.half == half], out) for half in halves}
    results = {
        "version": 1,
        "command": "python -m benchmarks.doctor",
        "machine": describe_machine(),
        "halves": {half: {**summary(rows), "rows": rows} for half, rows in found.items() if rows},
    }
    write_json(out / "doctor.json", results)
    for half, part in results["halves"].items():
        print("\n".join([f"\n{half}", "", *lines(part)]))
    if REPORTING in results["halves"]:
        save_png(out / "doctor.png", confusion_image(found[REPORTING]))


if __name__ == "__main__":
    sys.exit(main())
