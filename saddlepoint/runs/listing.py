"""The runs on disk: a list of them, and their removal."""

import contextlib
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from saddlepoint.core.errors import UserError
from saddlepoint.core.progress import Note
from saddlepoint.core.run_folder import RunFolder, runs_below, runs_root
from saddlepoint.core.words import ago, count, size

VERSION = 1
RANKING = ("modes", "frechet")  # the figure that stands for a card: the first that it has
PARTS = ("recipe", "flags", "plan", "budget", "habits")  # of a run's configuration, whatever else is called so


@dataclass(frozen=True)
class RunSummary:
    """What a list says of a run.

    Attributes:
        path: its folder.
        name: what commands may call it: its path under the root of all runs.
        recipe: the recipe's name.
        data: the data's name.
        seed: its seed.
        step: steps done at the newest checkpoint.
        images: real images shown to the critic until then.
        figure: name of the figure that stands for its score card, or "" without a card.
        value: that figure.
        scored_at: the step that was scored, or None.
        changed: time of the newest checkpoint, or of the start, in seconds since 1970.
        bytes: what it takes on the disk.
    """

    path: Path
    name: str
    recipe: str
    data: str
    seed: int
    step: int
    images: int
    figure: str
    value: float | None
    scored_at: int | None
    changed: float
    bytes: int

    def to_json(self) -> dict[str, Any]:
        """Return the summary as JSON."""
        return asdict(self) | {"path": str(self.path)}


def list_runs(root: str | Path | None = None, report: Note = lambda sentence: None) -> list[RunSummary]:
    """Return all runs in a folder or in its folders, the one that was trained last at the end.

    Args:
        root: the folder; by default ``$SADDLE_RUNS`` or ``runs``.
        report: told of each run that is damaged, and so left out.
    """
    place = runs_root() if root is None else Path(root)
    found = []
    for folder in [*runs_below(place, "*"), *runs_below(place, "*/*")]:
        if folder.path.name.startswith("."):
            continue
        try:
            found.append(summary(folder, str(folder.path.relative_to(place))))
        except FileNotFoundError:  # removed while it was read
            continue
        except UserError as error:
            report(str(error))
        except TypeError:
            report(f"{folder.path} is left out: its {folder.config.name} is damaged")
    return sorted(found, key=lambda run: run.changed)


def summary(folder: RunFolder, name: str) -> RunSummary:
    """Return what a list says of a run; raises UserError where it is damaged."""
    config = folder.read_config()
    checkpoints = folder.checkpoints()
    values = checkpoints[-1].values() if checkpoints else {"step": 0, "drawn": 0}
    figure, value, scored_at = _score(folder.read_card())
    return RunSummary(
        path=folder.path,
        name=name,
        recipe=config["recipe"],
        data=config["data"]["name"],
        seed=config["seed"],
        step=values["step"],
        images=values["drawn"],
        figure=figure,
        value=value,
        scored_at=scored_at,
        changed=checkpoints[-1].path.stat().st_mtime if checkpoints else config["created"],
        bytes=_bytes(folder.path),
    )


def _bytes(folder: Path) -> int:
    """Return what a folder holds, without what training replaces while it is read."""
    total = 0
    for path, folders, files in os.walk(folder):
        for name in (*folders, *files):
            with contextlib.suppress(FileNotFoundError):
                total += Path(path, name).lstat().st_size
    return total


def _score(card: dict[str, Any] | None) -> tuple[str, float | None, int | None]:
    """Return the figure that stands for a card, its value, and the step that was scored."""
    figures = {} if card is None else card["figures"]
    for name in RANKING:
        if card is not None and name in figures:
            return name, figures[name]["value"], card.get("origin", {}).get("step")  # not kept at first
    return "", None, None


def remove_run(path: str | Path) -> None:
    """Remove a run's folder with everything in it.

    Raises:
        UserError: it is no run, is being trained, or holds another run; nothing is removed then.
    """
    removable(path).delete()


def removable(path: str | Path) -> RunFolder:
    """Return the run that may be removed; raises UserError where it is none, is in use, or holds another."""
    folder = RunFolder.open(path)
    if folder.chosen is not None:
        raise UserError(f"{path} is a checkpoint of {folder.path}; name the run to remove all of it")
    if folder.path.is_symlink():
        raise UserError(f"{path} is a link; name the folder that it leads to, {folder.path.resolve()}")
    config = folder.read_config()
    if missing := [part for part in PARTS if part not in config]:
        raise UserError(f"{path} is not a run: its {folder.config.name} has no {missing[0]!r}")
    if others := [other for other in runs_below(folder.path, "**") if other.path != folder.path]:
        raise UserError(f"{path} holds another run, {others[0].path}; remove or move that first")
    try:
        with folder.locked():
            pass
    except OSError as error:
        raise UserError(f"cannot remove {path}: {error.strerror}") from error
    return folder


def print_runs(runs: Sequence[RunSummary]) -> None:
    """Print a table of runs that fits 80 columns."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    now = time.time()
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("run", overflow="fold")
    for column in ("steps", "images", "score", "when", "size"):
        table.add_column(column, justify="right", no_wrap=True)
    for run in runs:
        # Names that were not chosen say recipe and data themselves.
        told = run.name.startswith(f"{run.recipe}-{run.data}-")
        name = escape(run.name) + ("" if told else f"\n[dim]{run.recipe} on {escape(run.data)}[/dim]")
        numbers = f"{run.step:,}", count(run.images), _scored(run), ago(now - run.changed), size(run.bytes)
        table.add_row(name, *numbers)
    console.print(table)
    if any(run.figure == "frechet" for run in runs):
        console.print("[dim]score: Fréchet distance ↓ of the last card[/dim]")
    if any(run.scored_at not in (None, run.step) for run in runs):
        console.print("[dim]*: of an earlier step; saddle evaluate RUN scores the newest[/dim]")
    total = f"{len(runs)} run{'s' * (len(runs) != 1)}, {size(sum(run.bytes for run in runs))}"
    console.print(f"[dim]{total}[/dim]")


def _scored(run: RunSummary) -> str:
    """Return the figure that stands for a run's card, with a star where the run has gone on since."""
    if run.value is None:
        return ""
    star = "" if run.scored_at in (None, run.step) else "*"
    return (f"{run.value:.0f} modes" if run.figure == "modes" else f"{run.value:.3g}") + star
