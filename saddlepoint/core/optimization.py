"""What a user may change of any recipe's optimizers: rates, betas, weight decay, and a schedule of the rate."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Optimizer, Schedule

ALL = "all"  # stands for every player

# A schedule's name -> the rate's share of its start, as a function of the share of the budget that is done.
SCHEDULES: dict[str, Callable[[float], float]] = {
    "constant": lambda fraction: 1.0,
    "linear": lambda fraction: 1.0 - fraction,
    "late": lambda fraction: min(1.0, 2.0 - 2.0 * fraction),
    "cosine": lambda fraction: (1.0 + math.cos(math.pi * fraction)) / 2,
}


@dataclass(frozen=True)
class Setting:
    """A setting of players' optimizers, which every recipe has.

    Attributes:
        read: value as given, or as typed on a command line -> value as it is stored; raises ValueError.
        wanted: what values are, for messages.
        metavar: what stands for a value in help.
        help: one line.
    """

    read: Callable[[Any], Any]
    wanted: str
    metavar: str
    help: str


def _number(value: Any, top: float = math.inf) -> float:
    number = float(value)
    if isinstance(value, bool) or not 0 <= number < top:
        raise ValueError
    return number


def _betas(value: Any) -> tuple[float, float]:
    first, second = value.split(",") if isinstance(value, str) else value
    return _number(first, 1), _number(second, 1)


def _schedule(value: Any) -> str:
    if value not in SCHEDULES:
        raise ValueError
    return value


_EACH = "one for all players, or PLAYER=VALUE, repeatable"

# Rates have flags of their own, lr_d and lr_g, as most recipes have already.
SETTINGS: dict[str, Setting] = {
    "betas": Setting(
        _betas,
        "two numbers of at least 0 and below 1, as 0.5,0.999",
        "B1,B2",
        f"decay rates of Adam's two moments; {_EACH}",
    ),
    "weight_decay": Setting(
        _number,
        "a finite number of at least 0",
        "X",
        f"L2 coefficient added to the gradient; {_EACH}",
    ),
    "schedule": Setting(
        _schedule,
        "constant, linear, late or cosine",
        "NAME",
        f"constant, or falling to 0: linear or cosine over the budget, late over its second half; {_EACH}",
    ),
}

RATES = {
    "lr_d": "the critic's learning rate",
    "lr_g": "the generator's learning rate",
}


def adjusted(optimizers: Mapping[str, Optimizer], settings: Mapping[str, Any]) -> dict[str, Optimizer]:
    """Return a recipe's optimizers with what the user has set; what is None stays the recipe's.

    A recipe's own schedule of the rate stays in proportion where the rate alone is set. A named schedule
    replaces it, and starts from the rate.

    Args:
        optimizers: by player.
        settings: ``lr_d`` and ``lr_g`` as numbers; ``betas``, ``weight_decay`` and ``schedule`` as values by
            player, or by :data:`ALL`, which a player's own precedes.

    Raises:
        UserError: a player that does not exist, or betas for a rule that has none.
    """
    given = {name: value for name, value in settings.items() if value is not None}
    for name, value in given.items():
        asked = {name.removeprefix("lr_")} if name in RATES else set(value) - {ALL}
        for player in sorted(asked - set(optimizers)):
            raise UserError(
                f"{_option(name)} is for player {player!r}, but the players are {' and '.join(optimizers)}"
            )
    return {player: _adjusted(player, optimizer, given) for player, optimizer in optimizers.items()}


def told(by_player: Mapping[str, Any]) -> str:
    """Return a setting's values as people read them: ``cosine``, or ``d linear, g 0.5/0.999``."""
    texts = {player: _text(value) for player, value in by_player.items()}
    return ", ".join(text if player == ALL else f"{player} {text}" for player, text in texts.items())


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "/".join(f"{number:g}" for number in value)
    return value if isinstance(value, str) else f"{value:g}"


def _adjusted(player: str, optimizer: Optimizer, given: Mapping[str, Any]) -> Optimizer:
    def own(name: str) -> Any:
        by_player = given.get(name, {})
        return by_player.get(player, by_player.get(ALL))

    changes: dict[str, Any] = {}
    schedules = dict(optimizer.schedules)
    rate = given.get(f"lr_{player}", optimizer.lr)
    if (name := own("schedule")) is not None:
        schedules.pop("lr", None)
        schedules |= {} if name == "constant" else {"lr": _named(name, rate)}
        changes["schedules"] = schedules
    elif rate != optimizer.lr and "lr" in schedules:
        changes["schedules"] = schedules | {"lr": _in_proportion(player, optimizer, rate)}
    if (betas := own("betas")) is not None:
        if optimizer.kind != "adam":
            raise UserError(f"--betas are Adam's, and player {player} descends by {optimizer.kind}")
        changes["betas"] = betas
    if (decay := own("weight_decay")) is not None:
        changes["weight_decay"] = decay
    return replace(optimizer, lr=rate, **changes)


def _in_proportion(player: str, optimizer: Optimizer, rate: float) -> Schedule:
    if not optimizer.lr:
        raise UserError(
            f"a rate of 0 falls nowhere; give --schedule {player}=NAME with --lr-{player}, or --lr above 0"
        )
    schedule, factor = optimizer.schedules["lr"], rate / optimizer.lr
    return lambda progress: factor * schedule(progress)


def _named(name: str, rate: float) -> Schedule:
    share = SCHEDULES[name]
    return lambda progress: rate * share(progress.fraction)


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")
