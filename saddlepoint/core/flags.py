"""A signature as flags: their types, defaults and help, and values checked against them."""

import inspect
import math
import types
import typing
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Annotated, Any, Literal, Union

from saddlepoint.core.aliases import belongs, did_you_mean, joined, otherwise, translated
from saddlepoint.core.declared import declared_recipes
from saddlepoint.core.docstrings import said_of
from saddlepoint.core.errors import UserError, close
from saddlepoint.core.experiment import Recipe
from saddlepoint.core.optimization import ALL, RATES, SETTINGS, Setting

# What flags mean that many recipes share; a recipe's own ``Args:`` comes first, where it has more to say.
SHARED = RATES | {
    "latent": "dimension of the normal noise",
    "objective": "adversarial losses",
    "penalty": "penalties on the critic's gradient, repeatable",
    "gamma": "weight of the penalties, one for all or one each",
    "critic_steps": "critic steps a generator step",
    "lr": "learning rate of both players",
    "augment": "differentiable augmentation of all that the critic sees: color,translation,cutout,affine",
    "augment_target": "mean sign of the critic's verdicts that the augmentation's probability holds (ADA: 0.6)",
}


@dataclass(frozen=True)
class Flag:
    """One keyword argument of a recipe.

    Attributes:
        name: Python name, with underscores.
        kind: bool, int, float or str; of each item where ``many``.
        default: value when it is not given.
        many: whether it takes a tuple (repeatable on the command line).
        optional: whether None is a value.
        lowest: least integer that is allowed.
        help: what the docstring says, or :data:`SHARED`.
    """

    name: str
    kind: type
    default: Any
    many: bool
    optional: bool
    lowest: int
    help: str

    @property
    def option(self) -> str:
        """The flag as typed on a command line."""
        return "--" + self.name.replace("_", "-")

    @property
    def metavar(self) -> str:
        """What stands for a value in the help of a command line."""
        return self.kind.__name__.upper()

    def check(self, value: Any) -> Any:
        """Return ``value`` as the recipe wants it; raises UserError where it does not fit.

        Numbers must be finite and not negative; integers positive, unless they are annotated ``OrZero``.
        """
        if value is None and self.optional:
            return None
        if self.many:
            if isinstance(value, str) or not isinstance(value, list | tuple):
                value = (value,)
            return tuple(self._one(item) for item in value)
        return self._one(value)

    def parse(self, text: str) -> Any:
        """Return one item typed on a command line; raises UserError where it does not parse."""
        try:
            return self._one(self.kind(text))
        except ValueError:
            raise UserError(f"{self.option} takes {_a(self.kind)}, got {text!r}") from None

    def _one(self, value: Any) -> Any:
        value = plain(value)
        if self.kind is float and type(value) is int:
            value = float(value)
        if type(value) is not self.kind:
            raise UserError(f"{self.option} takes {_a(self.kind)}, got {value!r}")
        if self.kind is float and not (math.isfinite(value) and value >= 0):
            raise UserError(f"{self.option} must be a finite number of at least 0, got {value}")
        if self.kind is int and value < self.lowest:
            raise UserError(f"{self.option} must be at least {self.lowest}, got {value}")
        return value


def plain(value: Any) -> Any:
    """Return a whole or real number of any library's as Python's, which files can hold; all else as it is."""
    if isinstance(value, Integral) and not isinstance(value, bool):
        return int(value)
    return float(value) if isinstance(value, Real) and not isinstance(value, Integral) else value


@dataclass(frozen=True)
class Argument(Flag):
    """An argument of a function that sees to the range of its values itself.

    Attributes:
        words: words that are values too, or all of its values where they are words.
        bare: what it stands for on a command line where no value follows; None where one must.
    """

    words: tuple[str, ...]
    bare: Any = None

    @property
    def metavar(self) -> str:
        """What stands for a value in the help of a command line."""
        kinds = [] if self.kind is str else [self.kind.__name__.upper()]
        return "|".join([*kinds, *self.words]) or self.name.upper()

    def parse(self, text: str) -> Any:
        """Return what was typed on a command line; raises UserError where it does not parse."""
        if text in self.words or (self.kind is str and not self.words):
            return text
        wanted = [] if self.kind is str else [_a(self.kind)]
        try:
            if wanted:
                return self.kind(text)
        except ValueError:
            pass
        raise UserError(f"{self.option} takes {joined([*wanted, *self.words], 'or')}, got {text!r}")


@dataclass(frozen=True)
class PlayerFlag(Flag):
    """A setting of the players' optimizers: one value for all players, or values by player.

    Attributes:
        setting: how values are read.
    """

    setting: Setting

    @property
    def metavar(self) -> str:
        """What stands for a value in the help of a command line."""
        return self.setting.metavar

    def check(self, value: Any) -> dict[str, Any] | None:
        """Return values by player, ``ALL`` for every other one, of one value, or a mapping, or several."""
        if value is None:
            return None
        parts = value if isinstance(value, list) and all(isinstance(one, Mapping) for one in value) else [value]
        found: dict[str, Any] = {}
        for part in parts:
            for player, one in part.items() if isinstance(part, Mapping) else [(ALL, part)]:
                if player in found:
                    raise UserError(f"{self.option} is given twice for {_players(player)}")
                found[player] = self._read(one)
        return found

    def parse(self, text: str) -> dict[str, Any]:
        """Return ``{player: value}`` of ``PLAYER=VALUE``, or of a value that is for all."""
        player, equals, value = text.rpartition("=")
        return {player if equals else ALL: self._read(value)}

    def _read(self, value: Any) -> Any:
        try:
            return self.setting.read(value)
        except (TypeError, ValueError, AttributeError):
            raise UserError(f"{self.option} takes {self.setting.wanted}, got {value!r}") from None


def _players(player: str) -> str:
    return "all players" if player == ALL else f"player {player}"


def flags(recipe: Recipe) -> dict[str, Flag]:
    """Return all flags of a recipe by name: its own, in their order, and its optimizers' settings."""
    own = own_flags(recipe)
    rates = {n: Flag(n, float, None, False, True, 1, text) for n, text in RATES.items()}
    settings = {n: PlayerFlag(n, str, None, True, True, 1, one.help, one) for n, one in SETTINGS.items()}
    return {**own, **{name: flag for name, flag in (rates | settings).items() if name not in own}}


def own_flags(recipe: Recipe) -> dict[str, Flag]:
    """Return a recipe's own flags by name, in the order of its signature."""
    hints = typing.get_type_hints(recipe.build, include_extras=True)
    found = {}
    for name, parameter in recipe.flags.items():
        kind, many, optional, lowest = _read(hints[name])
        text = recipe.flag_help(name) or SHARED.get(name, "")
        found[name] = Flag(name, kind, parameter.default, many, optional, lowest, text)
    return found


def arguments(function: Callable[..., Any]) -> dict[str, Argument]:
    """Return the arguments of a function that can be typed, by name, with what its docstring says of them."""
    hints = typing.get_type_hints(function, include_extras=True)
    known = {}
    for name, parameter in inspect.signature(function).parameters.items():
        kind, many, optional, lowest = _read(hints[name])
        if parameter.kind is not parameter.VAR_KEYWORD and kind in (bool, int, float, str):
            said, words = said_of(function, name), _words(hints[name])
            bare = next(iter(getattr(hints[name], "__metadata__", ())[1:]), None)
            known[name] = Argument(name, kind, parameter.default, many, optional, lowest, said, words, bare)
    return known


def owners(name: str) -> list[str]:
    """Return the recipes that have ``name`` among their own flags."""
    return [owner for owner, recipe in declared_recipes().items() if name in recipe.flags]


def _hint(name: str, names: Collection[str], recipe: Recipe) -> str:
    """Return where a flag that ``recipe`` has not belongs, or what was meant by it."""
    return (
        did_you_mean([repr(one) for one in translated(name, names)])
        or belongs(repr(name), owners(name))
        or otherwise(name)
        or did_you_mean([repr(one) for one in close(name, names)])
        or f"; see: saddle train {recipe.name} --help"
    )


def resolve(recipe: Recipe, given: dict[str, Any], beside: Collection[str] = ()) -> dict[str, Any]:
    """Return a value for every flag of ``recipe``: those given, checked, and defaults.

    Args:
        recipe: whose flags.
        given: values by name.
        beside: other settings that the user may have meant.

    Raises:
        UserError: a name that the recipe does not know, or a value that does not fit.
    """
    known = flags(recipe)
    for name in given:
        if name not in known:
            raise UserError(
                f"recipe {recipe.name!r} has no flag {name!r}{_hint(name, [*known, *beside], recipe)}"
            )
    return {name: flag.check(given.get(name, flag.default)) for name, flag in known.items()}


def _read(hint: Any) -> tuple[type, bool, bool, int]:
    """Return (kind, many, optional, lowest) of a hint such as ``OrZero | None`` or ``tuple[float, ...]``."""
    if typing.get_origin(hint) in (Union, types.UnionType):
        inner = [arg for arg in typing.get_args(hint) if arg is not type(None)]
        kind, many, _, lowest = _read(inner[0])
        return kind, many, True, lowest
    if typing.get_origin(hint) is Annotated:
        return hint.__origin__, False, False, hint.__metadata__[0]
    if typing.get_origin(hint) is tuple:
        return typing.get_args(hint)[0], True, False, 1
    if typing.get_origin(hint) is Literal:
        return str, False, False, 1
    return hint, False, False, 1


def _words(hint: Any) -> tuple[str, ...]:
    """Return the words of a hint such as ``Literal["a", "b"]`` or ``int | Literal["auto"] | None``."""
    if typing.get_origin(hint) is Literal:
        return typing.get_args(hint)
    union = typing.get_origin(hint) in (Union, types.UnionType)
    return tuple(word for part in typing.get_args(hint) if union for word in _words(part))


def _a(kind: type) -> str:
    return {int: "a whole number", float: "a number", str: "a word", bool: "true or false"}[kind]
