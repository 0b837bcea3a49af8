"""``saddle doctor``."""

import json
import sys
from pathlib import Path

from saddlepoint.cli.parser import Parser
from saddlepoint.cli.starting import starting
from saddlepoint.core.errors import UserError, reason
from saddlepoint.core.run_folder import find_run

SUMMARY = "what is wrong with a run, the evidence, and what to change"


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    found = make_parser().parse(arguments)
    if found.out and Path(found.out).suffix.lower() != ".png":
        raise UserError(f"--out {found.out} must end in .png")
    folder = find_run(found.run)
    folder.read_config()
    folder.latest()
    with starting():
        from saddlepoint.core.waiting import waiting
        from saddlepoint.diagnosing.diagnosing import doctor, save_evidence
        from saddlepoint.runs.model import Model

    run = Model.open(found.run)
    with waiting(f"looking at {run.path}", quiet=found.json) as report:
        told = doctor(run, seed=found.seed, report=report)
    if not found.json:
        print(told, flush=True)
    drawn, hindered = None, None
    try:
        drawn = save_evidence(run, told, Path(found.out) if found.out else None, seed=found.seed)
    except Exception as error:  # the answer is there, and is told whatever becomes of its picture
        hindered = error
    if found.json:
        picture = {"picture": str(drawn) if drawn else None}
        print(json.dumps(told.to_json() | picture, indent=1, ensure_ascii=False))
    elif drawn:
        print(f"\nwhat was seen:  {drawn}")
    if hindered and found.out:
        raise hindered
    if isinstance(hindered, UserError):
        print(f"no picture: {hindered}; --out FILE.png puts it elsewhere", file=sys.stderr)
    elif hindered:
        what = f"unexpected {type(hindered).__name__}: {reason(hindered)}"
        print(f"no picture: {what} (SADDLE_DEBUG=1 with --out FILE.png shows where)", file=sys.stderr)
    return 0


def make_parser() -> Parser:
    """Return the command's parser."""
    parser = Parser(
        prog="saddle doctor",
        description="Say what is wrong with a run: its samples beside its data, its curves, its critic and "
        "its units "
        "are looked at, without labels. Each finding has its evidence, how sure it is, why it happens and "
        "what to "
        "change, and what was seen is drawn into a picture.",
        epilog="examples:\n  saddle doctor\n  saddle doctor runs/dcgan-mnist-0001 --json",
    )
    parser.add_argument("run", nargs="?", help="folder of the run (default: the newest)")
    parser.add_argument("--seed", type=int, default=0, help="of the samples that are looked at (default: 0)")
    parser.add_argument(
        "--out", metavar="FILE.png", help="picture of what was seen (default: doctor.png in the run's folder)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser
