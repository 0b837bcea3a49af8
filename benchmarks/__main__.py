"""``python -m benchmarks [ROW ...] [--quick] [--out DIR] [--data mnist:PATH] [--data cifar10:PATH]``."""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import measure, report, sources
from benchmarks.processes import ROOT, Failed
from benchmarks.rows import FIRST_STEP, GROWTH, NAMES, ROWS
from saddlepoint.compute.plan import Plan
from saddlepoint.core.errors import UserError, nearest
from saddlepoint.core.files import write_json
from saddlepoint.core.machine import describe_machine

RESULTS = ROOT / "docs" / "results"


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and write ``speed.json`` and ``speed.png``; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        names = _names(options.rows)
        out = options.out
        if out is None and not options.quick and names == list(NAMES):
            out = RESULTS
        with tempfile.TemporaryDirectory(prefix="saddlepoint-benchmarks-") as scratch:
            results = run(names, sources.paths(options.data), quick=options.quick, scratch=Path(scratch))
    except (UserError, Failed) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 2
    print("\n".join(report.lines(results)))
    if out is not None:
        from benchmarks.plot import speed_image
        from saddlepoint.plots.png import save_png

        out.mkdir(parents=True, exist_ok=True)
        write_json(out / "speed.json", results)
        save_png(out / "speed.png", speed_image(results))
        print(f"\nwritten to {out}: speed.json, speed.png")
    return 0


def run(names: list[str], data: dict[str, str], *, quick: bool, scratch: Path) -> dict[str, Any]:
    """Measure ``names`` in a folder that may be filled, and return the results as JSON values.

    Args:
        names: of rows, and "first_step" and "growth".
        data: paths of "mnist" and "cifar10", where there are any.
        quick: see that everything runs, without measuring anything.
        scratch: folder for images, caches and runs.

    Raises:
        UserError: the data cannot be read.
        Failed: a measured process failed.
    """
    pace = measure.QUICK if quick else measure.Pace()
    plan = Plan.choose()
    results: dict[str, Any] = {
        "version": 1,
        "quick": quick,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "device": plan.device,
        "threads": plan.threads,
        "load": measure.load_average(),
        **describe_machine(),
        "pace": vars(pace),
    }
    peaks = [] if quick else [measure.limits(pace, plan.device, scratch).peak]
    chosen = [ROWS[name] for name in names if name in ROWS]
    found = {}
    for row in chosen:
        if row.source not in found:
            found[row.source] = sources.find(row.source, data, scratch)
    results["rows"] = {}
    for row in chosen:
        _say(f"measuring {row.name}")
        measured = measure.row(row, found[row.source], pace, plan.device, scratch)
        results["rows"][row.name] = measured
        _say(f"  {measured['ratio']['median']:.2f} times the plain loop")  # for whoever stops before the end
    if FIRST_STEP in names:
        _say("measuring the first step")
        results["first_step"] = measure.first_step(pace, plan.device, scratch)
    if GROWTH in names:
        _say("measuring growth")
        results["growth"] = measure.growth(pace, plan.device, scratch)
    rows = results["rows"].values()
    counts = [sum(row["parameters"].values()) for row in rows]
    limits = measure.limits(pace, plan.device, scratch, counts)
    for row, seconds in zip(rows, limits.updates, strict=True):
        row["update_seconds"] = seconds
    peaks.append(limits.peak)
    results["peak"] = {dtype: max(one[dtype] for one in peaks) for dtype in peaks[0]}
    results["peaks"] = peaks
    results["goals"] = report.goals(results)
    return results


def _names(given: list[str]) -> list[str]:
    for name in given:
        if name not in NAMES:
            hint = nearest(name, NAMES) or f"; there are {', '.join(NAMES)}"
            raise UserError(f"there is no row {name!r}{hint}")
    return [name for name in NAMES if not given or name in given]


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure training speed against plain loops."
    )
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"{', '.join(NAMES)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="see that everything runs; measures nothing")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="write here (default: docs/results for a whole run, else nothing)",
    )
    parser.add_argument(
        "--data",
        action="append",
        default=[],
        metavar="NAME:PATH",
        help=sources.HELP,
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
