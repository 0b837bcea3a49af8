"""``python -m benchmarks.doctor [make] [judge] [--out DIR] [--data mnist:PATH] [--data cifar10:PATH]``.

``make`` makes runs that are not there yet, ``judge`` lets the doctor look at those that are; by default both.
"""

import argparse
import sys
from pathlib import Path

from benchmarks.doctor.runs import make
from benchmarks.doctor.scenarios import SOURCES, cases

NEEDS_FILES = ("mnist", "cifar10")


def main() -> int:
    """Make runs, look at them, write what came of it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.doctor", description=__doc__)
    parser.add_argument("what", nargs="*", metavar="make|judge", help="what is to be done (default: both)")
    parser.add_argument("--faulty", type=int, default=1, help="seeds of each kind with a fault (default: 1)")
    parser.add_argument("--healthy", type=int, default=2, help="seeds of each healthy kind (default: 2)")
    parser.add_argument("--out", type=Path, default=Path("doctor"), help="folder of runs and findings")
    parser.add_argument(
        "--data", action="append", default=[], metavar="NAME:PATH", help="where mnist or cifar10 lie"
    )
    asked = parser.parse_args()
    places = {name: name for name in SOURCES if name not in NEEDS_FILES}
    places |= {one.partition(":")[0]: one for one in asked.data}
    wanted = list(cases(asked.faulty, asked.healthy))
    if not asked.what or "make" in asked.what:
        make(wanted, places, asked.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
