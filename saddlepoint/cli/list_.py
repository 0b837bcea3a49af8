"""``saddle list``."""

import json

from saddlepoint.cli.parser import Parser

SUMMARY = "list recipes, data sets, objectives, penalties, claims"


def make_parser() -> Parser:
    """Return the command's parser."""
    parser = Parser(prog="saddle list", description="List everything that has a name.")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    found = make_parser().parse(arguments)
    from saddlepoint import listing

    names = listing.names()
    if found.json:
        print(json.dumps(names, indent=1, ensure_ascii=False))
    else:
        listing.print_names(names)
    return 0
