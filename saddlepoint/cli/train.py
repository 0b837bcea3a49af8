"""``saddle train``."""

import inspect
from collections.abc import Callable
from typing import Any

from saddlepoint.cli.parser import Parser, add_arguments, parse_with_flags, signature_of
from saddlepoint.cli.starting import starting
from saddlepoint.core.errors import INTERRUPTED

SUMMARY = "train a recipe on a data set or a folder of images"


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    settings = parse_with_flags(make_parser, arguments)
    seeds, dry = settings.pop("seeds"), settings.pop("dry_run")
    _check(settings, seeds)
    with starting():
        from saddlepoint.engine.loop import Interrupted
        from saddlepoint.training.seeds import train_seeds
        from saddlepoint.training.training import dry_run, train

    try:
        if dry:
            if seeds is not None:
                settings["out"] = None
            dry_run(**settings)
        elif seeds is not None:
            train_seeds(seeds, **settings)
        else:
            train(**settings)
    except Interrupted:
        return INTERRUPTED
    return 0


def make_parser(recipe: str = "dcgan", help_line: str = "") -> Parser:
    """Return the command's parser, without the recipe's flags."""
    parser = Parser(
        prog="saddle train",
        description=f"Train a recipe. Shown with the flags of {recipe}: {help_line}",
        epilog="examples:\n  saddle train\n  saddle train dcgan --data path/to/images --minutes 30\n"
        "  saddle train cs231n_fc --data mnist --objective least_squares --penalty r1 --gamma 0.5",
    )
    from saddlepoint.training.settings import groups

    add_arguments(parser, _train(), groups(), positional="recipe", metavar="RECIPE")
    parser.add_argument("--seeds", type=int, metavar="N", help="train N runs with seeds S, S+1, ...")
    parser.add_argument("--dry-run", action="store_true", help="print what would be trained, and stop")
    return parser


def _train() -> Callable[..., Any]:
    return signature_of("saddlepoint.training.training", "train")


def _check(settings: dict[str, Any], seeds: int | None) -> None:
    """Raise UserError for what is wrong at first sight, before libraries are loaded."""
    from saddlepoint.core.run_folder import RunFolder
    from saddlepoint.data.loading import check_source
    from saddlepoint.training.settings import parted, seed_folders

    given = inspect.signature(_train()).bind(**settings)
    given.apply_defaults()
    if seeds is not None and given.arguments["out"] is not None:
        seed_folders(given.arguments.pop("out"), given.arguments["seed"], seeds)
        given.apply_defaults()
    parted(given.arguments)
    check_source(settings["data"])
    if settings["init"] is not None:
        RunFolder.open(settings["init"])
