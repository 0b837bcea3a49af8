"""Parsing command lines: complaints are one sentence, and a recipe's flags become options."""

import argparse
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from saddlepoint.core.errors import UserError, nearest

if TYPE_CHECKING:
    from saddlepoint.core.experiment import Recipe


class Parser(argparse.ArgumentParser):
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
        """Raise UserError."""
        raise UserError(f"{self.prog}: {message}; see: {self.prog} --help")


def parse_with_flags(make: Callable[[str, str], Parser], arguments: list[str]) -> dict[str, Any]:
    """Parse a command whose further flags depend on its recipe; return settings for the public API."""
    from saddlepoint.core.experiment import recipes

    recipe = next((word for word in arguments if word in recipes), "dcgan")
    if arguments and not arguments[0].startswith("-"):
        recipe = arguments[0]
    while True:
        chosen = recipes.get(recipe)
        parser = make(recipe, chosen.help)
        names = add_flags(parser, chosen)
        settings = vars(parser.parse(arguments))
        if settings["recipe"] == recipe:
            break
        recipe = settings["recipe"]
    own = {name: settings.pop(f"flag_{name}") for name in names}
    return settings | {name: value for name, value in own.items() if value is not None}


def add_flags(parser: argparse.ArgumentParser, recipe: "Recipe") -> list[str]:
    """Add the recipe's own flags and its optimizers' settings; return their names."""
    from saddlepoint.core.flags import flags

    own = parser.add_argument_group(f"flags of {recipe.name}")
    others = parser.add_argument_group("optimizers of any recipe (default: the recipe's)")
    known = flags(recipe)
    for name, flag in known.items():
        told = flag.default is None or flag.many or flag.kind is bool
        text = flag.help.rstrip(".") + ("" if told else f" (default: {flag.default})")
        settings: dict[str, Any] = {"dest": f"flag_{name}", "help": text}
        if flag.kind is bool:
            settings |= {"action": argparse.BooleanOptionalAction, "default": None}
        else:
            settings |= {"type": flag.parse, "metavar": flag.metavar}
            settings |= {"action": "append"} if flag.many else {}
        (own if name in recipe.flags else others).add_argument(flag.option, **settings)
    return list(known)


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add the options that name the data."""
    data = parser.add_argument_group("data")
    data.add_argument(
        "--data",
        default="digits",
        metavar="SOURCE",
        help="name (see: saddle list), name:PATH, folder of images, zip, IDX or .npy (default: digits)",
    )
    data.add_argument("--size", type=int, metavar="PIXELS", help="side of the images (default: the data's)")
    data.add_argument("--crop", choices=("center", "stretch"), default="center", help="how to make them square")
