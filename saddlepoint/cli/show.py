"""``saddle show``."""

import json

from saddlepoint.cli.parser import Parser, add_arguments, parse_with_flags, signature_of
from saddlepoint.cli.starting import starting

SUMMARY = "list every layer of a recipe: shapes, parameters, FLOPs"


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    settings = parse_with_flags(make_parser, arguments)
    as_json = settings.pop("json")
    from saddlepoint.data.loading import check_source

    check_source(settings["data"])
    with starting():
        from saddlepoint.catalog import layers

    shown = layers.show(**settings)
    if as_json:
        print(json.dumps(shown, indent=1))
    else:
        layers.print_layers(shown)
    return 0


def make_parser(recipe: str = "dcgan", help_line: str = "") -> Parser:
    """Return the command's parser, without the recipe's flags."""
    parser = Parser(
        prog="saddle show",
        description=f"List every layer of a recipe for the given data. {recipe}: {help_line}",
        epilog="example:\n  saddle show dcgan --data mnist --width 32 --json",
    )
    train = signature_of("saddlepoint.training.training", "train")
    data = {"data": ("data", "size", "crop", "background", "labels", "rate", "length", "tokens")}
    add_arguments(parser, train, data, positional="recipe", metavar="RECIPE")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser
