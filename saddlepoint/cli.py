"""The ``saddle`` command: reads the command line, calls the public API, and never shows a traceback."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from saddlepoint.core.errors import TrainingError, UserError, nearest
from saddlepoint.version import __version__

if TYPE_CHECKING:
    from saddlepoint.core.experiment import Recipe

INTERRUPTED = 130  # what shells report after Ctrl-C


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 1 for trouble on the way, 2 for the user's mistake, 130 for Ctrl-C."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _dispatch(arguments)
    except (UserError, TrainingError) as error:
        return _fail(str(error), error.exit_code)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - lives until the process ends
        return 0
    except MemoryError:
        return _fail("the memory of this machine is used up; try a smaller --batch, --size or --width", 1)
    except Exception as error:
        if os.environ.get("SADDLE_DEBUG"):
            raise
        what = str(error).strip().split("\n")[0]
        return _fail(f"unexpected {type(error).__name__}: {what} (SADDLE_DEBUG=1 shows where)", 1)


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one sentence and name the nearest option."""

    def __init__(self, **settings: Any):
        settings.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **settings)

    def parse(self, arguments: Sequence[str]) -> argparse.Namespace:
        """Parse all arguments; raises UserError."""
        found, unknown = self.parse_known_args(arguments)
        if unknown:
            options = [option for action in self._actions for option in action.option_strings]
            name = unknown[0].split("=")[0]
            what = "option" if name.startswith("-") else "argument"
            near = nearest(name, options) if name.startswith("-") else ""
            near = near if "did you mean" in near else f"; see: {self.prog} --help"
            raise UserError(f"{self.prog} knows no {what} {name!r}{near}")
        return found

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{self.prog}: {message}; see: {self.prog} --help")


def _fail(message: str, code: int) -> int:
    print(f"saddle: {message}", file=sys.stderr)
    return code


def _dispatch(arguments: list[str]) -> int:
    parser = _Parser(
        prog="saddle",
        description="Train, measure and understand generative adversarial networks.",
        epilog="commands:\n"
        + "\n".join(f"  {name:<10} {text}" for name, (_, text) in COMMANDS.items())
        + "\n\nexample:\n  saddle train dcgan --data mnist --minutes 5",
        usage="saddle COMMAND [options]",
    )
    parser.add_argument("--version", action="version", version=f"saddle {__version__}")
    try:
        if not arguments or arguments[0].startswith("-"):
            parser.parse(arguments)
            parser.print_help()
            return 0
        name, *rest = arguments
        if name not in COMMANDS:
            raise UserError(f"there is no command {name!r}{nearest(name, COMMANDS)}")
        return COMMANDS[name][0](rest)
    except SystemExit as stop:  # argparse after --help and --version
        return int(stop.code or 0)


def _train(arguments: list[str]) -> int:
    settings = _parse_with_flags(_train_parser, arguments)
    seeds, dry = settings.pop("seeds"), settings.pop("dry_run")
    from saddlepoint import run

    try:
        if dry:
            run.dry_run(**settings)
        elif seeds is not None:
            run.train_seeds(seeds, **settings)
        else:
            run.train(**settings)
    except run.Interrupted:
        return INTERRUPTED
    return 0


def _train_parser(recipe: str, help_line: str) -> _Parser:
    parser = _Parser(
        prog="saddle train",
        description=f"Train a recipe. Shown with the flags of {recipe}: {help_line}",
        epilog="examples:\n  saddle train\n  saddle train dcgan --data path/to/images --minutes 30\n"
        "  saddle train cs231n_fc --data mnist --objective least_squares --penalty r1 --gamma 0.5",
    )
    parser.add_argument("recipe", nargs="?", default="dcgan", help="see: saddle list (default: dcgan)")
    _add_data(parser)
    budget = parser.add_argument_group("budget (one of them; default: the recipe's own)")
    budget.add_argument("--steps", type=int, metavar="N", help="steps")
    budget.add_argument("--images", type=int, metavar="N", help="real images shown to the critic")
    budget.add_argument("--epochs", type=float, metavar="N", help="passes over the training split")
    budget.add_argument("--minutes", type=float, metavar="M", help="minutes of training")
    run = parser.add_argument_group("run")
    run.add_argument("--out", metavar="DIR", help="folder of the run (default: runs/RECIPE-DATA-NUMBER)")
    run.add_argument("--seed", type=int, default=0, metavar="S", help="seed of all randomness (default: 0)")
    run.add_argument("--seeds", type=int, metavar="N", help="train N runs with seeds S, S+1, ...")
    run.add_argument("--init", metavar="RUN", help="start from the newest weights of another run")
    run.add_argument("--batch", type=int, metavar="N", help="images a step (default: the recipe's)")
    run.add_argument("--ema", type=float, metavar="DECAY", help="average of the generator's weights; 0: none")
    run.add_argument("--device", default="auto", help="auto, cpu, cuda or mps (default: auto)")
    run.add_argument("--precision", default="auto", help="auto, fp32 or bf16 (default: auto)")
    run.add_argument("--dry-run", action="store_true", help="print what would be trained, and stop")
    run.add_argument("--quiet", action="store_true", help="print nothing")
    files = parser.add_argument_group("files")
    files.add_argument("--log-every", type=int, default=20, metavar="N", help="steps a row (default: 20)")
    files.add_argument("--checkpoint-every", type=float, default=45.0, metavar="SECONDS", help="(default: 45)")
    files.add_argument("--keep", type=int, default=2, metavar="K", help="newest checkpoints kept (default: 2)")
    files.add_argument(
        "--card", action=argparse.BooleanOptionalAction, default=True, help="end with a line of scores"
    )
    files.add_argument("--best", metavar="CURVE", help="also keep the checkpoint where this was lowest")
    return parser


def _parse_with_flags(make: Callable[[str, str], _Parser], arguments: list[str]) -> dict[str, Any]:
    """Parse a command whose further flags depend on its recipe; return settings for the public API."""
    from saddlepoint.core.experiment import recipes

    recipe = next((word for word in arguments if word in recipes), "dcgan")
    if arguments and not arguments[0].startswith("-"):
        recipe = arguments[0]
    while True:
        chosen = recipes.get(recipe)
        parser = make(recipe, chosen.help)
        names = _add_flags(parser, chosen)
        settings = vars(parser.parse(arguments))
        if settings["recipe"] == recipe:
            break
        recipe = settings["recipe"]
    own = {name: settings.pop(f"flag_{name}") for name in names}
    return settings | {name: value for name, value in own.items() if value is not None}


def _add_flags(parser: argparse.ArgumentParser, recipe: "Recipe") -> list[str]:
    """Add the recipe's own flags; return their names."""
    from saddlepoint.core.flags import flags

    group = parser.add_argument_group(f"flags of {recipe.name}")
    known = flags(recipe)
    for name, flag in known.items():
        told = flag.default is None or flag.many or flag.kind is bool
        text = flag.help.rstrip(".") + ("" if told else f" (default: {flag.default})")
        settings: dict[str, Any] = {"dest": f"flag_{name}", "help": text}
        if flag.kind is bool:
            settings |= {"action": argparse.BooleanOptionalAction, "default": None}
        else:
            settings |= {"type": flag.parse, "metavar": flag.kind.__name__.upper()}
            settings |= {"action": "append"} if flag.many else {}
        group.add_argument(flag.option, **settings)
    return list(known)


def _add_data(parser: argparse.ArgumentParser) -> None:
    data = parser.add_argument_group("data")
    data.add_argument(
        "--data",
        default="digits",
        metavar="SOURCE",
        help="name (see: saddle list), name:PATH, folder of images, zip, IDX or .npy (default: digits)",
    )
    data.add_argument("--size", type=int, metavar="PIXELS", help="side of the images (default: the data's)")
    data.add_argument("--crop", choices=("center", "stretch"), default="center", help="how to make them square")


def _resume(arguments: list[str]) -> int:
    parser = _Parser(
        prog="saddle resume",
        description="Continue a run exactly where it stopped, or extend it.",
        epilog="example:\n  saddle resume runs/dcgan-mnist-0001 --steps 20000",
    )
    parser.add_argument("run", nargs="?", help="folder of the run (default: the newest)")
    parser.add_argument("--steps", type=int, metavar="N", help="go on until N steps are done in total")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    found = parser.parse(arguments)
    from saddlepoint import run

    try:
        run.resume(found.run, steps=found.steps, quiet=found.quiet)
    except run.Interrupted:
        return INTERRUPTED
    return 0


def _sample(arguments: list[str]) -> int:
    parser = _Parser(
        prog="saddle sample",
        description="Draw samples from a run's newest weights.",
        epilog="examples:\n  saddle sample -n 100 --seed 1 --out grid.png\n"
        "  saddle sample runs/dcgan-mnist-0001 -n 10000 --out samples.npy\n"
        "  saddle sample -n 50 --out folder/",
    )
    parser.add_argument("run", nargs="?", help="folder of the run (default: the newest)")
    parser.add_argument("-n", type=int, default=64, help="how many (default: 64)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="the same seed, the same images")
    parser.add_argument("--class", dest="label", metavar="C", help="class, for conditional recipes")
    parser.add_argument(
        "--out", metavar="FILE", help="FILE.png, FILE.npy or DIR/ (default: samples-seedS.png in the run)"
    )
    found = parser.parse(arguments)
    from saddlepoint import run

    chosen = run.load(found.run)
    out = Path(found.out) if found.out else chosen.path / f"samples-seed{found.seed}.png"
    print(run.save_samples(chosen, out, n=found.n, seed=found.seed, label=found.label))
    return 0


def _evaluate(arguments: list[str]) -> int:
    parser = _Parser(
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


def _show(arguments: list[str]) -> int:
    settings = _parse_with_flags(_show_parser, arguments)
    as_json = settings.pop("json")
    from saddlepoint import listing

    shown = listing.show(**settings)
    if as_json:
        print(json.dumps(shown, indent=1))
    else:
        listing.print_layers(shown)
    return 0


def _show_parser(recipe: str, help_line: str) -> _Parser:
    parser = _Parser(
        prog="saddle show",
        description=f"List every layer of a recipe for the given data. {recipe}: {help_line}",
        epilog="example:\n  saddle show dcgan --data mnist --width 32 --json",
    )
    parser.add_argument("recipe", nargs="?", default="dcgan", help="see: saddle list (default: dcgan)")
    _add_data(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _list(arguments: list[str]) -> int:
    parser = _Parser(prog="saddle list", description="List everything that has a name.")
    parser.add_argument("--json", action="store_true", help="print JSON")
    found = parser.parse(arguments)
    from saddlepoint import listing

    names = listing.names()
    if found.json:
        print(json.dumps(names, indent=1, ensure_ascii=False))
    else:
        listing.print_names(names)
    return 0


COMMANDS: dict[str, tuple[Callable[[list[str]], int], str]] = {
    "train": (_train, "train a recipe on a data set or a folder of images"),
    "resume": (_resume, "continue a run exactly where it stopped, or extend it"),
    "sample": (_sample, "draw samples from a run: a grid, a folder of images, or an array"),
    "evaluate": (_evaluate, "score a run's samples, with error bars and beside real images"),
    "show": (_show, "list every layer of a recipe: shapes, parameters, FLOPs"),
    "list": (_list, "list recipes, data sets, objectives and penalties"),
}

if __name__ == "__main__":
    sys.exit(main())
