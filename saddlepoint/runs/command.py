"""Commands, as a person would type them."""

import shlex
from collections.abc import Mapping
from typing import Any

from saddlepoint.core.experiment import Recipe
from saddlepoint.core.flags import flags
from saddlepoint.core.optimization import ALL


def train_command(recipe: Recipe, given: Mapping[str, Any], source: str, change: Mapping[str, Any]) -> str:
    """Return the command that trains a recipe on a source.

    Args:
        recipe: what is trained.
        given: its flags, of which those that are its defaults are left out.
        source: of its data.
        change: flags and settings that are set otherwise.
    """
    own = flags(recipe)
    changed = {name: value for name, value in given.items() if value != own[name].default}
    words = ["saddle", "train", recipe.name, "--data", source]
    for name, value in {**changed, **change}.items():
        words += _typed(name.replace("_", "-"), value)
    return shlex.join(words)


def _typed(option: str, value: Any) -> list[str]:
    """Return the words that set an option: once for each of several values, or for each player's."""
    if isinstance(value, bool):
        return [f"--{option}" if value else f"--no-{option}"]
    if isinstance(value, Mapping):
        several = [f"{'' if player == ALL else f'{player}='}{_word(one)}" for player, one in value.items()]
    else:
        several = [_word(one) for one in (value if isinstance(value, list | tuple) else [value])]
    return [word for one in several for word in (f"--{option}", one)]


def _word(value: Any) -> str:
    """Return a value as it is typed: Adam's betas with a comma, numbers with as many digits as they have."""
    if isinstance(value, list | tuple):
        return ",".join(map(_word, value))
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)
