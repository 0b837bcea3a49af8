"""What source files declare, read without running them: a mistake is told before libraries are loaded."""

import ast
import builtins
import copy
import functools
import typing
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from saddlepoint.core.aliases import suggested
from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import OrZero, Recipe, Tries, derived, recipes
from saddlepoint.core.registry import REGISTRIES

_NAMES = {
    "OrZero": OrZero,
    "Tries": Tries,
    "Path": Path,
    **{name: getattr(typing, name) for name in typing.__all__},
}


def header(module: str, name: str, names: Mapping[str, Any] | None = None) -> Callable[..., Any]:
    """Return a function of a module with its signature and its docstring, and with nothing inside.

    Args:
        module: dotted name, within this package; it is not imported.
        name: the function's.
        names: what further names in annotations mean; all that are not known mean ``Any``.

    Raises:
        KeyError: the module has no such function at its top.
    """
    for statement in ast.parse(_path(module).with_suffix(".py").read_text("utf-8")).body:
        if isinstance(statement, ast.FunctionDef) and statement.name == name:
            return _header(statement, names or {})
    raise KeyError(f"{module} has no function {name}")


def declared_recipes() -> dict[str, Recipe]:
    """Return all recipes by name; those that are not registered yet have names, flags and help alone."""
    return _recipes() | recipes.registered


@functools.cache
def _recipes() -> dict[str, Recipe]:
    found: dict[str, Callable[..., Any]] = {}
    for statement in _package("saddlepoint.families"):
        if isinstance(statement, ast.FunctionDef) and _decorated(statement, "recipe"):
            found[statement.name] = _header(statement, {})
        call = statement.value if isinstance(statement, ast.Assign) else None
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "variant":
            name, base, summary = call.args
            assert isinstance(base, ast.Name)
            defaults = {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}
            found[ast.literal_eval(name)] = derived(
                ast.literal_eval(name), found[base.id], ast.literal_eval(summary), defaults
            )
    return {name: Recipe(name, build, (), None) for name, build in sorted(found.items())}


def declared_names(package: str, decorator: str, *, given: bool = False) -> list[str]:
    """Return the names under which a decorator registers the functions of a package's modules.

    Args:
        package: dotted name.
        decorator: its name.
        given: whether the decorator's first argument is the name; else it is ``name=``, or the function's own.
    """
    found = []
    for statement in _package(package):
        if isinstance(statement, ast.FunctionDef) and (call := _decorated(statement, decorator)) is not None:
            named = [word.value for word in call.keywords if word.arg == "name"] or call.args[: int(given)]
            found.append(ast.literal_eval(named[0]) if named else statement.name)
    return sorted(found)


def check_declared(kind: str, name: str, package: str, *, given: bool = False) -> None:
    """Raise UserError, as a registry would, where nothing of a package, nor beside it, has this name."""
    beside = REGISTRIES[package].registered if package in REGISTRIES else {}
    known = sorted({*declared_names(package, kind, given=given), *beside})
    if name not in known:
        raise UserError(f"there is no {kind} {name!r}{suggested(name, known)}")


def _package(name: str) -> Iterator[ast.stmt]:
    """Yield the statements at the top of a package's modules."""
    for file in sorted(_path(name).glob("*.py")):
        yield from ast.parse(file.read_text("utf-8")).body


def _path(name: str) -> Path:
    """Return where a package or module of ours lies; Python itself would import those around it."""
    return Path(__file__).parents[2].joinpath(*name.split("."))


def _decorated(function: ast.FunctionDef, decorator: str) -> ast.Call | None:
    """Return the call of a decorator of a function, or None where it has none of this name."""
    for call in function.decorator_list:
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == decorator:
            return call
    return None


class _Known(dict):
    """Names for annotations and defaults; those that nobody knows mean ``Any``."""

    def __missing__(self, name: str) -> Any:
        if hasattr(builtins, name):
            raise KeyError(name)
        return Any


def _header(function: ast.FunctionDef, names: Mapping[str, Any]) -> Callable[..., Any]:
    """Run the first lines of a function: its arguments and its docstring."""
    doc = ast.get_docstring(function, clean=False)
    body: list[ast.stmt] = [ast.Expr(ast.Constant(doc))] if doc else [ast.Pass()]
    bare = copy.copy(function)
    bare.body, bare.decorator_list, bare.returns = body, [], None
    places = _Known(_NAMES | dict(names))
    exec(compile(ast.fix_missing_locations(ast.Module([bare], [])), "<header>", "exec"), {}, places)
    return places[function.name]
