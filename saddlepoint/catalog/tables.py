"""Tables for a terminal of 80 columns, and what they say of each figure where there is more room."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from saddlepoint.core.words import interval, number
from saddlepoint.data.subset import part_of
from saddlepoint.evaluate import meanings
from saddlepoint.evaluate.card import Card, legend, marked

if TYPE_CHECKING:
    from saddlepoint.comparing.compare import Comparison
    from saddlepoint.scoring.probe import Probe

WIDE = 130  # letters in which a figure and what it says stand in one line


def print_card(card: Card) -> None:
    """Print a score card as a table with its notes."""
    console = Console(highlight=False)
    about = meanings()
    console.print(f"{card.data['name']}, judged by {card.judged_by}")
    rows = [
        (marked(name), number(figure.value), interval(figure.low, figure.high), number(figure.real))
        for name, figure in card.figures.items()
    ]
    head = ("figure", "value", "95 % interval", f"real {card.examples}")
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    console.print("  ".join(_cell(text, widths[i], i) for i, text in enumerate(head)), style="bold")
    for name, row in zip(card.figures, rows, strict=True):
        cells = [escape(_cell(text, widths[i], i)) for i, text in enumerate(row)]
        cells[1] = f"[bold]{cells[1]}[/bold]"
        text = about[name].text if name in about else ""
        between = "  " if console.width >= WIDE else "\n    "
        console.print(
            "  ".join(cells) + (f"{between}[dim]{escape(text)}[/dim]" if text else ""), soft_wrap=True
        )
    console.print(f"[dim]{legend(card.figures)}[/dim]")
    for note in card.notes:
        console.print(f"[dim]{escape(note)}[/dim]")


def _cell(text: str, width: int, column: int) -> str:
    return f"{text:>{width}}" if column else f"{text:<{width}}"


def print_probe(probe: "Probe") -> None:
    """Print what a linear classifier reads from a critic, and from simpler features."""
    console = Console(highlight=False)
    critic = probe.rows["critic"]
    learned = f"{critic.trained:,} labelled images"
    if critic.trained < critic.labelled:
        learned = part_of(critic.trained, critic.labelled, "labelled images", probe.seed)
    console.print(
        f"Classes of {probe.data['name']}, read by a linear SVM from the critic after {probe.step:,} steps:"
    )
    table = Table(box=None)
    for column in ("features", "test accuracy", "95 % interval", "number", "C"):
        table.add_column(column, justify="left" if column == "features" else "right")
    for name, row in probe.rows.items():
        accuracy = f"[bold]{row.accuracy:.1%}[/bold]"
        table.add_row(name, accuracy, f"{row.low:.1%} – {row.high:.1%}", f"{row.features:,}", f"{row.cost:g}")
    console.print(table)
    depth = "max-pooled to 4×4" if probe.layers == "convolutional" else "since it has no convolutions"
    console.print(
        f"[dim]Learned from {learned}; tested on {critic.tested:,}. Read were the critic's "
        f"{probe.layers} layers, {depth}.[/dim]"
    )
    console.print(probe.verdict)


# Figures beside those that rank, as many as there is room for.
COMPARED = ("modes", "high_quality", "frechet", "precision", "recall", "coverage", "class_kl")
ROOM = 12  # letters that one more figure takes


def print_comparison(comparison: "Comparison") -> None:
    """Print a ranked table and what may be concluded from it."""
    console = Console(highlight=False)
    card = comparison.card
    console.print(f"{card.data['name']}, {card.samples:,} samples a run, judged by {card.judged_by}:")
    first, *then = comparison.criteria
    more = [name for name in COMPARED if name in comparison.figures and name not in comparison.criteria]
    shown = [*then, *more[: max(0, (console.width - 80) // ROOM)]]
    table = Table(box=None, padding=(0, 1, 0, 0))
    for column in (
        "rank",
        "configuration",
        marked(first),
        "95 % interval",
        *map(marked, shown),
        "seeds",
        card.examples,
    ):
        left = column == "configuration"
        table.add_column(column, justify="left" if left else "right", no_wrap=not left, overflow="fold")
    for group in comparison.groups:
        best, worst = group.rank
        estimates = [group.estimate(name) for name in (first, *shown)]
        value, *others = [number(one.value) if one else "" for one in estimates]
        name = "" if group.name == group.label else f"\n[dim]{escape(group.name)}[/dim]"
        table.add_row(
            str(best) if best == worst else f"{best}–{worst}",
            escape(group.label) + name,
            f"[bold]{value}[/bold]",
            interval(estimates[0].low, estimates[0].high) if estimates[0] else "",
            *others,
            str(len(group.entries)),
            f"{group.images:,.0f}",
        )
    real, *others = [number(card.figures[name].real) for name in (first, *shown)]
    table.add_row("", f"[dim]held-out real {card.examples}[/dim]", real, "", *others)
    console.print(table)
    console.print(f"[dim]{legend((first, *shown))}[/dim]")
    for sentence in comparison.conclusions:
        console.print(f"• {escape(sentence)}")


def print_wrapped(rows: Iterable[Sequence[str]], *, width: int) -> None:
    """Print names in a column of ``width``, with a text each that goes on under itself where it is long."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True, min_width=width)
    table.add_column(overflow="fold")
    for name, text in rows:
        table.add_row(f"  {escape(name)}", escape(text))
    Console(highlight=False).print(table)
