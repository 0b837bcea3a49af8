"""``saddle remove``."""

import sys

from saddlepoint.cli.parser import Parser
from saddlepoint.core.errors import INTERRUPTED, UserError
from saddlepoint.core.words import size

SUMMARY = "remove runs from the disk"


def make_parser() -> Parser:
    """Return the command's parser."""
    parser = Parser(
        prog="saddle remove",
        description="Remove runs with their weights, curves and pictures. Asks first.",
        epilog="example:\n  saddle remove dcgan-digits-0001 dcgan-digits-0002",
    )
    parser.add_argument(
        "runs", nargs="+", metavar="RUN", help="folder of a run, or its name (see: saddle list runs)"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    return parser


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    found = make_parser().parse(arguments)
    from saddlepoint.runs.listing import removable, remove_run, summary

    named = {removable(name).path.resolve(): name for name in found.runs}  # all or none, and each once
    for name in named.values():
        run = summary(removable(name), name)
        what = f"{run.path} ({run.recipe} on {run.data}, {run.step:,} steps, {size(run.bytes)})"
        if not found.yes:
            if not sys.stdin.isatty():
                raise UserError(f"nobody is here to ask whether to remove {what}; give --yes")
            try:
                answer = input(f"remove {what}? [y/N] ")
            except EOFError:
                answer = ""
            if answer.strip().lower() not in ("y", "yes"):
                print("kept")
                return INTERRUPTED
        remove_run(name)
        print(f"removed {what}")
    return 0
