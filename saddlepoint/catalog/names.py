"""Everything that has a name, and every layer of a recipe, for people and for programs."""

from typing import Any

from rich.console import Console
from rich.table import Table

from saddlepoint.catalog.tables import print_wrapped
from saddlepoint.claims.claim import claims
from saddlepoint.core.aliases import suggested
from saddlepoint.core.amounts import count
from saddlepoint.core.errors import UserError
from saddlepoint.core.experiment import recipes
from saddlepoint.core.registry import first_line
from saddlepoint.data.request import Background, Crop, sources
from saddlepoint.evaluate.card import marked
from saddlepoint.evaluate.encoder import encoders
from saddlepoint.evaluate.metric import metrics
from saddlepoint.inspection.summary import summarise, to_json
from saddlepoint.objectives import objectives, penalties
from saddlepoint.runs.prepare import prepare

VERSION = 1


def names(kind: str | None = None) -> dict[str, Any]:
    """Return {kind: {name: one-line help}} for what is registered, or one kind of it, and the format's version.

    Raises:
        UserError: there is no such kind.
    """
    kinds = {
        "recipes": lambda: {name: recipe.help for name, recipe in recipes.items()},
        "data": lambda: {name: first_line(source) for name, source in sources.items()},
        "objectives": lambda: {name: objective.help for name, objective in objectives.items()},
        "penalties": lambda: {name: penalty.help for name, penalty in penalties.items()},
        "metrics": lambda: {name: metric.help for name, metric in metrics.items()},
        "encoders": lambda: {name: encoder.help for name, encoder in encoders.items()},
        "claims": lambda: {name: claim.help for name, claim in claims.items()},
    }
    if kind is not None and kind not in kinds:
        raise UserError(f"there is nothing to list called {kind!r}{suggested(kind, ['runs', *kinds])}")
    return {"version": VERSION, **{name: read() for name, read in kinds.items() if kind in (None, name)}}


def show(
    recipe: str = "dcgan",
    data: str = "digits",
    *,
    size: int | None = None,
    crop: Crop = "center",
    background: Background = "white",
    labels: str | None = None,
    **flags: Any,
) -> dict[str, Any]:
    """Return every layer of a recipe for the given data.

    Returns:
        {"recipe", "data", "networks": {name: {"parameters", "flops", "layers": [{"name", "type", "output",
        "parameters", "flops"}]}}, "version"}; shapes and FLOPs are those of one example.

    Raises:
        UserError: something asked for does not exist or does not fit.
    """
    prepared = prepare(recipe, data, size=size, crop=crop, background=background, labels=labels, flags=flags)
    networks = summarise(prepared.experiment.family, prepared.spec)
    return {
        "version": VERSION,
        "recipe": recipe,
        "data": {"name": prepared.spec.name, "shape": list(prepared.spec.shape)},
        "networks": to_json(networks),
    }


def print_names(listed: dict[str, Any]) -> None:
    """Print what :func:`names` returned."""
    console = Console(highlight=False)
    for kind, things in listed.items():
        if isinstance(things, dict):
            console.print(f"[bold]{kind}[/bold]")
            told = {name: f" ({', '.join(map(marked, metrics.get(name).figures))})" for name in metrics.names()}
            more = told if kind == "metrics" else {}
            print_wrapped([(name, text + more.get(name, "")) for name, text in things.items()], width=19)


def print_layers(shown: dict[str, Any]) -> None:
    """Print what :func:`show` returned, a table a network."""
    console = Console(highlight=False)
    shape = "×".join(str(side) for side in shown["data"]["shape"])
    console.print(f"[bold]{shown['recipe']}[/bold] on {shown['data']['name']} ({shape})")
    for name, network in shown["networks"].items():
        console.print(_table(name, network))


def _table(name: str, network: dict[str, Any]) -> Table:
    table = Table(title=f"\n{name}", title_justify="left", title_style="bold", box=None, show_footer=True)
    total = ("total", "", "", f"{network['parameters']:,}", count(network["flops"]))
    columns = (
        ("layer", "left"),
        ("type", "left"),
        ("output", "left"),
        ("parameters", "right"),
        ("FLOPs", "right"),
    )
    for (title, justify), footer in zip(columns, total, strict=True):
        table.add_column(title, footer, justify="left" if justify == "left" else "right")
    for layer in network["layers"]:
        output = "×".join(str(side) for side in layer["output"])
        table.add_row(
            layer["name"],
            layer["type"],
            output,
            f"{layer['parameters']:,}" if layer["parameters"] else "",
            count(layer["flops"]) if layer["flops"] else "",
        )
    return table
