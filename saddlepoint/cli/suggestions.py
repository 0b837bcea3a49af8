"""What to say of a word that a command does not know: where it belongs, or what was meant by it."""

from collections.abc import Mapping
from types import ModuleType

from saddlepoint.cli.parser import UnknownWordError, options_of
from saddlepoint.core.aliases import belongs, did_you_mean, joined, otherwise, translated
from saddlepoint.core.errors import close


def complaint(unknown: UnknownWordError, command: str, commands: Mapping[str, ModuleType]) -> str:
    """Return the complaint about a word of ``command``, with what helps and nothing else.

    Args:
        unknown: the word.
        command: the command's name.
        commands: all commands by name.
    """
    word, options = unknown.word, unknown.options
    what = "option" if word.startswith("-") else "argument"
    help_ = (
        _option_help(word, options, command, commands) if what == "option" else _argument_help(word, options)
    )
    return f"{unknown.usage} knows no {what} {word!r}{help_ or f'; see: {unknown.usage} --help'}"


def complaint_about_command(word: str, commands: Mapping[str, ModuleType]) -> str:
    """Return the complaint about a command that does not exist."""
    meant = translated(word, commands) or close(word, commands)
    from saddlepoint.core.declared import declared_recipes

    if not meant and word in declared_recipes():
        return f"there is no command {word!r}, it is a recipe: saddle train {word}"
    help_ = did_you_mean([repr(name) for name in meant]) or f"; choose from {', '.join(commands)}"
    return f"there is no command {word!r}{help_}"


def _option_help(
    word: str, options: Mapping[str, str], command: str, commands: Mapping[str, ModuleType]
) -> str:
    name = _plain(word)
    if meant := translated(name, options):
        return did_you_mean([options[one] for one in meant])
    from saddlepoint.core.flags import owners

    recipes = owners(name)
    if recipes and command in ("train", "show"):
        return belongs(word, recipes)
    if said := otherwise(name):
        return said
    makers = {other: module.make_parser for other, module in commands.items() if other != command}
    others = [other for other, make in makers.items() if name in options_of(make())]
    if recipes:
        others = [f"train {recipes[0]}" if len(recipes) == 1 else "train", *others]
    if others and len(name) > 1:
        return f"; {word} is a flag of saddle {joined(others, 'and')}"
    return did_you_mean([options[one] for one in close(name, options)])


def _argument_help(word: str, options: Mapping[str, str]) -> str:
    """Return a hint where data were given in another's place."""
    from saddlepoint.data.request import is_data

    return did_you_mean([f"--data {word}"]) if "data" in options and is_data(word) else ""


def _plain(word: str) -> str:
    return word.lstrip("-").replace("-", "_")
