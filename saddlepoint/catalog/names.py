"""Everything that has a name, for people and for programs."""

from collections.abc import Callable
from typing import Any

from saddlepoint.core.aliases import suggested
from saddlepoint.core.errors import UserError
from saddlepoint.core.registry import first_line

VERSION = 1

Helps = dict[str, str]


def names(kind: str | None = None) -> dict[str, Any]:
    """Return {kind: {name: one-line help}} for what is registered, or one kind of it, and the format's version.

    Raises:
        UserError: there is no such kind.
    """
    if kind is not None and kind not in KINDS:
        raise UserError(f"there is nothing to list called {kind!r}{suggested(kind, ['runs', *KINDS])}")
    return {"version": VERSION, **{name: read() for name, read in KINDS.items() if kind in (None, name)}}


def _recipes() -> Helps:
    from saddlepoint.core.declared import declared_recipes

    return {name: recipe.help for name, recipe in sorted(declared_recipes().items())}


def _data() -> Helps:
    from saddlepoint.data.request import sources

    return {name: first_line(source) for name, source in sources.items()}


def _objectives() -> Helps:
    from saddlepoint.objectives import objectives

    return {name: objective.help for name, objective in objectives.items()}


def _penalties() -> Helps:
    from saddlepoint.objectives import penalties

    return {name: penalty.help for name, penalty in penalties.items()}


def _metrics() -> Helps:
    from saddlepoint.evaluate.metric import metrics

    return {name: metric.help for name, metric in metrics.items()}


def _encoders() -> Helps:
    from saddlepoint.evaluate.encoder import encoders

    return {name: encoder.help for name, encoder in encoders.items()}


def _claims() -> Helps:
    from saddlepoint.claims.claim import claims

    return {name: claim.help for name, claim in claims.items()}


KINDS: dict[str, Callable[[], Helps]] = {  # each loads the libraries that it needs, and no others
    "recipes": _recipes,
    "data": _data,
    "objectives": _objectives,
    "penalties": _penalties,
    "metrics": _metrics,
    "encoders": _encoders,
    "claims": _claims,
}


def print_names(listed: dict[str, Any]) -> None:
    """Print what :func:`names` returned."""
    from rich.console import Console

    from saddlepoint.catalog.tables import print_wrapped

    console = Console(highlight=False)
    for kind, things in listed.items():
        if isinstance(things, dict):
            console.print(f"[bold]{kind}[/bold]")
            more = _figures() if kind == "metrics" else {}
            print_wrapped([(name, text + more.get(name, "")) for name, text in things.items()], width=19)


def _figures() -> Helps:
    """Return the figures of every metric, in brackets."""
    from saddlepoint.evaluate.card import marked
    from saddlepoint.evaluate.metric import metrics

    return {name: f" ({', '.join(map(marked, metric.figures))})" for name, metric in metrics.items()}
