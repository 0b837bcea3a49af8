"""What ``train`` is asked for, in four parts; their defaults and their help are those of its signature."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from saddlepoint.core.devices import kind_of_device
from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import Budget
from saddlepoint.core.flags import plain
from saddlepoint.core.run_folder import check_free
from saddlepoint.data.request import Background, Crop, Reading, Tokens

if TYPE_CHECKING:  # what is asked for is checked before the libraries are loaded that computing needs
    from saddlepoint.compute.plan import Plan


@dataclass(frozen=True)
class Order:
    """What is trained."""

    recipe: str | None
    data: str
    seed: int
    init: str | Path | None
    batch: int | None
    ema: float | None
    size: int | None
    crop: Crop
    background: Background
    labels: str | None
    rate: int | None
    length: int | None
    tokens: Tokens
    flags: dict[str, Any]

    def __post_init__(self) -> None:
        for name, words in (("crop", Crop), ("background", Background), ("tokens", Tokens)):
            if getattr(self, name) not in get_args(words):
                raise UserError(f"--{name} takes {' or '.join(get_args(words))}, got {getattr(self, name)!r}")
        for name, least in (("rate", 1), ("length", 2)):
            if (value := getattr(self, name)) is not None and value < least:
                raise UserError(f"--{name} must be at least {least}, got {value}")

    def reading(self) -> Reading:
        """Return how the data are to be read."""
        return {
            "size": self.size,
            "crop": self.crop,
            "background": self.background,
            "labels": self.labels,
            "rate": self.rate,
            "length": self.length,
            "tokens": self.tokens,
        }

    def chosen(self) -> dict[str, Any]:
        """Return those of the settings of data that were given, which a command that is proposed repeats."""
        usual = {"crop": "center", "background": "white", "tokens": "character"}
        given = {**self.reading(), "batch": self.batch, "ema": self.ema}
        return {name: value for name, value in given.items() if value not in (None, usual.get(name))}


@dataclass(frozen=True)
class Length:
    """How long (one of them; by default the recipe's own)."""

    steps: int | None
    images: int | None
    epochs: float | None
    minutes: float | None

    def __post_init__(self) -> None:
        given = {name: value for name, value in vars(self).items() if value is not None}
        if len(given) > 1:
            raise UserError(f"give one budget, not {' and '.join('--' + name for name in given)}")
        for name, value in given.items():
            if not (math.isfinite(value) and value > 0):
                raise UserError(f"--{name} must be more than 0, got {value}")

    def budget(self, default: Budget) -> Budget:
        """Return the budget that was given, else ``default`` itself."""
        return default if set(vars(self).values()) == {None} else Budget(**vars(self))


@dataclass(frozen=True)
class Computing:
    """How it is computed."""

    device: str
    precision: str
    threads: int | None
    kernels: str

    def __post_init__(self) -> None:
        if self.kernels not in ("auto", "library"):
            raise UserError(f"--kernels must be auto or library, got {self.kernels!r}")
        if self.threads is not None and self.threads < 1:
            raise UserError(f"--threads must be at least 1, got {self.threads}")
        kind_of_device(self.device)

    def plan(self, *, exact: bool) -> "Plan":
        """Return the plan that holds before anything is measured; as ``Plan.choose``."""
        from saddlepoint.compute.plan import Plan

        return Plan.choose(self.device, self.precision, threads=self.threads, exact=exact)


@dataclass(frozen=True)
class Writing:
    """What is written and shown, and when."""

    out: str | Path | None
    log_every: int
    checkpoint_every: float
    keep: int
    best: str | None
    evaluate_every: int | None
    guard: int
    grids: int
    card: bool
    quiet: bool

    def __post_init__(self) -> None:
        if self.log_every < 1:
            raise UserError(f"--log-every must be at least 1, got {self.log_every}")
        if not self.checkpoint_every >= 0:
            raise UserError(f"--checkpoint-every must be at least 0 seconds, got {self.checkpoint_every}")
        if self.keep < 1:
            raise UserError(f"--keep must be at least 1, got {self.keep}")
        if self.evaluate_every is not None and self.evaluate_every < 0:
            raise UserError(f"--evaluate-every must be at least 0 steps, got {self.evaluate_every}")
        if self.grids < 1:
            raise UserError(f"--grids must be at least 1, the last, got {self.grids}")
        if isinstance(self.guard, bool) or self.guard < 0:
            raise UserError(f"--guard must be a whole number of at least 0, got {self.guard}")
        if self.out is not None:
            check_free(Path(self.out))


def seed_folders(out: str | Path, first: int, seeds: int) -> list[Path]:
    """Return the folders of runs that differ in their seed; raises UserError where one is taken."""
    folders = [Path(out) / f"seed-{first + i}" for i in range(seeds)]
    for folder in folders:
        check_free(folder)
    return folders


PARTS = (Order, Length, Computing, Writing)
Part = TypeVar("Part")


def names(part: type) -> tuple[str, ...]:
    """Return the names of the settings of a part."""
    return tuple(field.name for field in fields(part))


def groups() -> dict[str, tuple[str, ...]]:
    """Return the names of all settings by what their part is about."""
    titles = [str(part.__doc__).rstrip(".") for part in PARTS]
    return {title[0].lower() + title[1:]: names(part) for title, part in zip(titles, PARTS, strict=True)}


def parted(arguments: Mapping[str, Any]) -> tuple[Order, Length, Computing, Writing]:
    """Return the arguments of ``train``, all of them by name, in four parts; raises UserError for a bad one."""
    arguments = {**arguments, "data": os.fspath(arguments["data"])}

    def part(kind: type[Part]) -> Part:
        return kind(**{name: plain(arguments[name]) for name in names(kind)})  # type: ignore[arg-type]

    return part(Order), part(Length), part(Computing), part(Writing)
