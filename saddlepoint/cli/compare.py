"""``saddle compare``."""

import json

from saddlepoint.cli.parser import Parser
from saddlepoint.cli.starting import starting
from saddlepoint.core.run_folder import check_distinct, runs_at

SUMMARY = "rank runs, with error bars, and say which differences are real"

PAGE = "compare.html"


def make_parser() -> Parser:
    """Return the command's parser."""
    parser = Parser(
        prog="saddle compare",
        description="Rank runs on the same data by their Fréchet distance, points by the modes "
        "that they find and then by the samples on one. Runs that differ in the seed alone "
        "count as one configuration, and differences are tested over its seeds.",
        epilog="examples:\n  saddle compare runs/dcgan-mnist-0001 runs/gan-mnist-0001\n"
        "  saddle compare runs/*-mnist-* --out mnist.html\n  saddle compare seeds/hinge seeds/wgan --json",
    )
    parser.add_argument("runs", nargs="+", metavar="RUN", help="folder of a run, or one that holds several")
    parser.add_argument("--samples", type=int, default=10_000, metavar="N", help="of each run (default: 10000)")
    parser.add_argument("--against", metavar="SOURCE", help="data to score against (default: the runs' own)")
    parser.add_argument("--out", metavar="FILE.html", help=f"page to write (default: {PAGE})")
    parser.add_argument("--json", action="store_true", help="print JSON, and write a page only with --out")
    return parser


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    found = make_parser().parse(arguments)
    check_distinct(run for target in found.runs for run in runs_at(target))
    with starting():
        from saddlepoint.catalog import tables
        from saddlepoint.comparing import compare as comparison

    out = found.out or (None if found.json else PAGE)
    compared = comparison.compare(
        found.runs, samples=found.samples, against=found.against, quiet=found.json, out=out
    )
    if found.json:
        print(json.dumps(compared.to_json(), indent=1, ensure_ascii=False, allow_nan=False))
    else:
        tables.print_comparison(compared)
        print(out)
    return 0
