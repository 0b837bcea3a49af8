"""The command that trains anew with what may cure a run."""

from typing import Any

from saddlepoint.core.experiment import recipes
from saddlepoint.core.flags import flags
from saddlepoint.runs.command import train_command

FACTORS = {"half": 0.5, "double": 2.0, "ten times": 10.0}


def command(config: dict[str, Any], change: dict[str, Any]) -> str:
    """Return the command of a run's configuration with some flags changed; "" where it has none of them.

    Args:
        config: as the run stores it.
        change: values by flag; ``half``, ``double`` and ``ten times`` are of what the run has, and half of a
            value far above the recipe's own is at most that.
    """
    recipe = recipes.get(config["recipe"])
    known = flags(recipe)
    wanted = {}
    for name, value in change.items():
        if name not in known:
            continue
        if value in FACTORS if isinstance(value, str) else False:
            before = config["flags"].get(name)
            if not isinstance(before, int | float):
                before = config["optimizers"].get(name.removeprefix("lr_"), {}).get("lr")
            if not isinstance(before, int | float):
                continue
            factor, usual = FACTORS[value], known[name].default
            value = factor * before
            if factor < 1 and isinstance(usual, int | float):
                value = min(value, usual)
        if config["flags"].get(name) != value:
            wanted[name] = value
    return train_command(recipe, config["flags"], config["data"]["source"], wanted) if wanted else ""
