"""``saddle evaluate``."""

import json

from saddlepoint.cli.parser import Parser

SUMMARY = "score a run's samples, with error bars and beside real images"


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    parser = Parser(
        prog="saddle evaluate",
        description="Score a run's samples, or images of any origin, beside real images.",
        epilog="examples:\n  saddle evaluate\n  saddle evaluate runs/dcgan-mnist-0001 --metrics frechet\n"
        "  saddle evaluate samples.npy --against mnist --json",
    )
    parser.add_argument(
        "target", nargs="?", metavar="RUN", help="run, FILE.npy or folder of images (default: newest run)"
    )
    parser.add_argument("--against", metavar="SOURCE", help="data to compare with (default: the run's own)")
    parser.add_argument("--metrics", nargs="+", metavar="NAME", help="only these (see: saddle list)")
    parser.add_argument("--samples", type=int, default=10_000, metavar="N", help="(default: 10000)")
    parser.add_argument("--encoder", metavar="NAME", help="see: saddle list; or package.module:callable")
    parser.add_argument(
        "--knn",
        nargs="?",
        type=int,
        const=10_000,
        metavar="N",
        help="classify test images by the nearest of N class-conditional samples (default: 10000)",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="the same seed, the same card")
    parser.add_argument("--json", action="store_true", help="print JSON")
    settings = vars(parser.parse(arguments))
    as_json = settings.pop("json")
    from saddlepoint import scoring, terminal

    card = scoring.score(**settings, quiet=as_json)
    if as_json:
        print(json.dumps(card.to_json(), indent=1))
    else:
        terminal.print_card(card)
    return 0
