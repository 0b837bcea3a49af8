"""Parsing command lines: complaints are one sentence, and a recipe's flags become options."""

import argparse
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from saddlepoint.core.errors import UserError

if TYPE_CHECKING:
    from saddlepoint.core.experiment import Recipe
    from saddlepoint.core.flags import Flag


class UnknownWordError(UserError):
    """A word on a command line that its command does not know.

    Attributes:
        word: as it was typed, without a value.
        options: the command's options as they are typed, by their names in Python's spelling.
        usage: the command whose help lists them all.
    """

    def __init__(self, word: str, options: dict[str, str], usage: str):
        super().__init__(f"{usage} knows no {word!r}; see: {usage} --help")
        self.word = word
        self.options = options
        self.usage = usage


class Parser(argparse.ArgumentParser):
    """A parser whose complaints are one sentence."""

    def __init__(self, **settings: Any):
        settings.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        super().__init__(allow_abbrev=False, **settings)
        self.usage_of = self.prog  # whose help lists all options

    def parse(self, arguments: Sequence[str]) -> argparse.Namespace:
        """Parse all arguments; raises UserError."""
        found, unknown = self.parse_known_args(arguments)
        if unknown:
            raise UnknownWordError(unknown[0].split("=")[0], options_of(self), self.usage_of)
        return found

    def error(self, message: str) -> NoReturn:
        """Raise UserError, about numbers in the words that flags of recipes use."""
        for name, wanted in (("int", "a whole number"), ("float", "a number")):
            message = re.sub(rf"^argument (\S+): invalid {name} value:", rf"\1 takes {wanted}, got", message)
        raise UserError(f"{self.prog}: {message}; see: {self.usage_of} --help")


def options_of(parser: argparse.ArgumentParser) -> dict[str, str]:
    """Return a parser's options as they are typed, by their names in Python's spelling."""
    typed = [option for action in parser._actions for option in action.option_strings]
    return {option.lstrip("-").replace("-", "_"): option for option in typed}


def parse_with_flags(make: Callable[[str, str], Parser], arguments: list[str]) -> dict[str, Any]:
    """Parse a command whose further flags depend on its recipe; return settings for the public API."""
    from saddlepoint.core.declared import declared_recipes
    from saddlepoint.runs.declared import check_recipe

    recipes = declared_recipes()
    recipe = next((word for word in arguments if word in recipes), "dcgan")
    if arguments and not arguments[0].startswith("-"):
        recipe = arguments[0]
    while True:
        check_recipe(recipe)
        chosen = recipes[recipe]
        parser = make(recipe, chosen.help)
        parser.usage_of = f"{parser.prog} {recipe}"
        names = add_flags(parser, chosen)
        settings = vars(parser.parse(arguments))
        if settings["recipe"] in (recipe, None):
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
        settings: dict[str, Any] = {"dest": f"flag_{name}", "help": _help(flag)}
        if flag.kind is bool:
            settings |= {"action": argparse.BooleanOptionalAction, "default": None}
        else:
            settings |= {"type": flag.parse, "metavar": flag.metavar}
            settings |= {"action": "append"} if flag.many else {}
        (own if name in recipe.flags else others).add_argument(flag.option, **settings)
    return list(known)


def signature_of(module: str, name: str) -> Callable[..., Any]:
    """Return a function's header, of a module that is not to be imported before its arguments are read."""
    from saddlepoint.core.declared import header
    from saddlepoint.data.request import Background, Crop, Tokens

    return header(module, name, {"Background": Background, "Crop": Crop, "Tokens": Tokens})


def add_arguments(
    parser: argparse.ArgumentParser,
    function: Callable[..., Any],
    groups: Mapping[str, Collection[str]],
    *,
    positional: str,
    metavar: str,
) -> None:
    """Add a function's arguments as options, with the defaults of its signature and the help of its docstring.

    Args:
        parser: to which they are added.
        function: whose arguments.
        groups: names of arguments by the title under which they stand; others are left out.
        positional: the one that is given by its place.
        metavar: what that one is called.
    """
    from saddlepoint.core.flags import arguments

    known = arguments(function)
    text = _help(known[positional])
    parser.add_argument(positional, nargs="?", default=known[positional].default, metavar=metavar, help=text)
    for title, names in groups.items():
        group = parser.add_argument_group(title)
        for name in names:
            if name not in known or name == positional:
                continue
            flag = known[name]
            settings: dict[str, Any] = {"dest": name, "default": flag.default, "help": _help(flag)}
            if flag.kind is bool:
                settings["action"] = argparse.BooleanOptionalAction if flag.default else "store_true"
            else:
                settings |= {"type": flag.parse, "metavar": flag.metavar}
                settings |= {} if flag.bare is None else {"nargs": "?", "const": flag.bare}
            group.add_argument(flag.option, **settings)


def _help(flag: "Flag") -> str:
    """Return what a command line says of a flag, with its default where it has one."""
    untold = flag.default is None or flag.many or flag.kind is bool
    text = flag.help.rstrip(".") + ("" if untold else f" (default: {flag.default})")
    return text.replace("``", "").replace("%", "%%")
