"""Named things that live one to a file: register by decorator, find by name."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any, Generic, TypeVar

from saddlepoint.core.aliases import suggested
from saddlepoint.core.errors import UserError

T = TypeVar("T")

REGISTRIES: dict[str, "Registry[Any]"] = {}  # those that exist, by the package that fills them


class Registry(Generic[T]):
    """A table from name to thing, filled on first use by importing modules of a package.

    Whoever asks for one name gets the module of that name imported, where there is one; all others are imported
    when that does not register it, or when all names are asked for.

    Args:
        kind: what the things are called in messages, for example ``"recipe"``.
        package: dotted name of the package whose modules register them; None where one module has them all.
    """

    def __init__(self, kind: str, package: str | None = None):
        self.kind = kind
        self.package = package
        self._things: dict[str, T] = {}
        self._discovered = False
        if package is not None:
            REGISTRIES[package] = self

    def add(self, name: str, thing: T) -> T:
        """Register ``thing`` under ``name``; raises ValueError if the name is taken."""
        if name in self._things:
            raise ValueError(f"{self.kind} {name!r} is registered twice")
        self._things[name] = thing
        return thing

    def remove(self, name: str) -> None:
        """Forget ``name``, so that a notebook may register it again; raises KeyError where there is none."""
        del self._things[name]

    def register(self, name: str | None = None) -> Callable[[T], T]:
        """Decorate a function or class to register it under ``name`` (default: its own name)."""

        def decorate(thing: T) -> T:
            return self.add(name or getattr(thing, "__name__"), thing)  # noqa: B009

        return decorate

    def get(self, name: str) -> T:
        """Return the thing called ``name``; raises UserError with the nearest name."""
        if name not in self._things:
            self._look_up(name)
        if name not in self._things:
            self._discover()
        if name not in self._things:
            raise UserError(f"there is no {self.kind} {name!r}{suggested(name, self._things)}")
        return self._things[name]

    @property
    def registered(self) -> dict[str, T]:
        """What is registered so far, while modules may still be to be imported."""
        return dict(self._things)

    def items(self) -> Iterator[tuple[str, T]]:
        """Yield (name, thing) in alphabetical order."""
        self._discover()
        yield from sorted(self._things.items(), key=lambda item: item[0])

    def names(self) -> list[str]:
        """Return all names in alphabetical order."""
        return [name for name, _ in self.items()]

    def __contains__(self, name: str) -> bool:
        self._discover()
        return name in self._things

    def _look_up(self, name: str) -> None:
        """Import the module that is called as the thing is, which may be all that is needed."""
        module = name.replace("-", "_")
        if self.package is not None and module.isidentifier() and find_spec(f"{self.package}.{module}"):
            importlib.import_module(f"{self.package}.{module}")

    def _discover(self) -> None:
        if self._discovered or self.package is None:
            return
        self._discovered = True
        package = importlib.import_module(self.package)
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{self.package}.{module.name}")


def first_line(thing: object) -> str:
    """Return the first line of a thing's docstring, its help in listings."""
    return (getattr(thing, "__doc__", None) or "").strip().split("\n")[0]
