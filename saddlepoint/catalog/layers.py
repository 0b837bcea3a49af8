"""Every layer of a recipe, for people and for programs."""

from typing import Any

from rich.console import Console
from rich.table import Table

from saddlepoint.core.words import count
from saddlepoint.data.request import Background, Crop, Reading, Tokens
from saddlepoint.inspection.summary import summarise, to_json
from saddlepoint.runs.prepare import prepare

VERSION = 1


def show(
    recipe: str = "dcgan",
    data: str = "digits",
    *,
    size: int | None = None,
    crop: Crop = "center",
    background: Background = "white",
    labels: str | None = None,
    rate: int | None = None,
    length: int | None = None,
    tokens: Tokens = "character",
    **flags: Any,
) -> dict[str, Any]:
    """Return every layer of a recipe for the given data.

    Returns:
        {"recipe", "data", "networks": {name: {"parameters", "flops", "layers": [{"name", "type", "output",
        "parameters", "flops"}]}}, "version"}; shapes and FLOPs are those of one example.

    Raises:
        UserError: something asked for does not exist or does not fit.
    """
    reading: Reading = {
        "size": size,
        "crop": crop,
        "background": background,
        "labels": labels,
        "rate": rate,
        "length": length,
        "tokens": tokens,
    }
    prepared = prepare(recipe, data, flags=flags, **reading)
    networks = summarise(prepared.experiment.family, prepared.spec)
    return {
        "version": VERSION,
        "recipe": recipe,
        "data": {"name": prepared.spec.name, "shape": list(prepared.spec.shape)},
        "networks": to_json(networks),
    }


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
