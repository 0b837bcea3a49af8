"""``saddle list``."""

import json
import sys

from saddlepoint.cli.parser import Parser
from saddlepoint.cli.starting import starting
from saddlepoint.core.run_folder import runs_root

SUMMARY = "list recipes, data sets, objectives, penalties, claims; or runs"
RUNS = "runs"


def make_parser() -> Parser:
    """Return the command's parser."""
    parser = Parser(
        prog="saddle list",
        description="List everything that has a name, or runs.",
        epilog="examples:\n  saddle list\n  saddle list recipes\n  saddle list runs",
    )
    parser.add_argument(
        "what", nargs="?", metavar="WHAT", help="runs, recipes, data, objectives, ... (default: all names)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    found = make_parser().parse(arguments)
    if found.what == RUNS:
        return _list_runs(as_json=found.json)
    from saddlepoint.catalog import names as listing

    with starting():
        names = listing.names(found.what)
    if found.json:
        print(json.dumps(names, indent=1, ensure_ascii=False))
    else:
        listing.print_names(names)
    return 0


def _list_runs(*, as_json: bool) -> int:
    from saddlepoint.runs import listing as run_list

    runs = run_list.list_runs(report=lambda sentence: print(f"saddle: {sentence}", file=sys.stderr))
    if as_json:
        print(json.dumps({"version": run_list.VERSION, "runs": [run.to_json() for run in runs]}, indent=1))
    elif runs:
        run_list.print_runs(runs)
    else:
        print(f"there is no run under {runs_root()}; start one with: saddle train")
    return 0
