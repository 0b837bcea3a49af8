"""What people see in the terminal: the resolved run, a progress bar or plain lines, and where to look."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn

from saddlepoint.compute.plan import Plan
from saddlepoint.core.experiment import Budget
from saddlepoint.core.kinds import kinds
from saddlepoint.core.machine import resident
from saddlepoint.core.optimization import SETTINGS, told
from saddlepoint.core.waiting import Waiting
from saddlepoint.core.words import clock, number, shortened
from saddlepoint.data.brightness import dark_peak
from saddlepoint.data.dataset import Dataset
from saddlepoint.data.repeats import count_repeats
from saddlepoint.engine.loop import Trainer, Watcher
from saddlepoint.engine.turns import images_drawn
from saddlepoint.evaluate.card import meanings
from saddlepoint.runs.prepare import Prepared, duration

if TYPE_CHECKING:
    from saddlepoint.training.run import Run

WARM = 2.0  # seconds after which the speed is known well enough to be told
RECENT = 0.1  # of the run: an older score is not shown any more
PLAIN_EVERY = 5.0  # seconds between lines where the output is no terminal


class Screen:
    """Where a run reports to; ``quiet`` prints nothing."""

    def __init__(self, quiet: bool = False):
        self.quiet = quiet
        self.console = Console(highlight=False, quiet=quiet, soft_wrap=True)

    def working(self, what: str) -> Waiting:
        """Return what shows that something takes a moment."""
        return Waiting(self.console, what)

    def reading(self) -> Waiting:
        """Return what shows how far data have been read."""
        return self.working("reading the data")

    def note(self, text: str) -> None:
        """Print a line about slow work."""
        self.console.print(f"  [dim]{escape(text)}[/dim]")

    def introduce(
        self,
        prepared: Prepared,
        plan: Plan,
        budget: Budget,
        path: Path | None,
        *,
        resumed: int | None = None,
        init: str | Path | None = None,
        scores: str = "",
        worth: Sequence[str] = (),
    ) -> None:
        """Print everything that was resolved, before the first step."""
        data, spec, experiment = prepared.data, prepared.spec, prepared.experiment
        print_ = self.console.print
        again = f", from step {resumed:,}" if resumed is not None else ""
        print_(f"[bold]{prepared.recipe.name}[/bold] on [bold]{spec.name}[/bold], seed {prepared.seed}{again}")
        if prepared.choice is not None:
            self._line("recipe", f"chosen, as {prepared.choice.why}; saddle list shows the others")
        self._line("data", _describe_data(prepared))
        for note in (*data.notes, *self._remarks(data)):
            self._line("", note)
        for name, network in experiment.family.named_children():
            if count := sum(p.numel() for p in network.parameters()):
                self._line(name, f"{count:,} parameters")
        if init:
            self._line("weights", f"from {init}")
        first = next(iter(experiment.optimizers.values()))
        rates = ", ".join(f"{player} {o.lr:g}" for player, o in experiment.optimizers.items())
        self._line("objective", experiment.objective)
        ema = f", EMA {experiment.ema:g}" if experiment.ema else ""
        self._line("optimizer", f"{first.kind}, learning rate {rates}, batch {experiment.batch}{ema}")
        chosen = [f"{name} {told(prepared.flags[name])}" for name in SETTINGS if prepared.flags[name]]
        if chosen:
            self._line("", ", ".join(chosen).replace("_", " "))
        self._line("machine", f"{plan}")
        if plan.reason:
            self._line("", plan.reason)
        told_budget = budget.told(prepared.kind.many)
        self._line("budget", told_budget if resumed else f"{told_budget}{_duration(prepared, plan, budget)}")
        for place, line in enumerate(worth):
            self._line("" if place else "enough?", line)
        if scores:
            self._line("scores", scores)
        self._line("memory", _memory(prepared, plan))
        if path is not None:
            self._line("run", str(path))

    def _remarks(self, data: Dataset) -> Iterator[str]:
        """Yield what is odd about the training images; nothing is looked for where nothing is printed."""
        if self.quiet or not kinds.get(data.kind).sized:
            return
        if repeats := count_repeats(data.train):
            are = "is a repeat" if repeats == 1 else "are repeats"
            yield f"{repeats:,} of {len(data.train):,} training images {are}, pixel for pixel"
        if peak := dark_peak(data.train):
            cure = f"if that is white, multiply by {255 / peak:g}"
            yield f"nearly black: the largest level is {peak} of 255; {cure}"

    def bar(self, health: object = "") -> "Bar | Lines":
        """Return a live bar, or plain lines where there is no terminal; ``health`` is shown as it stands."""
        return (Bar if self.console.is_terminal else Lines)(self.console, health)

    def replan(self, text: str) -> None:
        """Say that the run would be faster in another way than it is planned."""
        self._line("plan", text)

    def turned_back(self, text: str) -> None:
        """Say what a guard found, where it went back to and what it changed."""
        self._line("guard", text)

    def interrupted(self, path: Path, step: int) -> None:
        """Say that a run was stopped, and how to go on."""
        self.console.print(f"stopped and saved at step {step:,}; go on with:  saddle resume {path}")

    def moved(self, path: Path, data: str, budget: Budget, longer: str) -> None:
        """Say that a finished run has found its data again, and how to extend it."""
        self.console.print(
            f"{path} reads its data from {data} from now on; it has finished its {budget}, and goes on with:  "
            + longer
        )

    def conclude(self, run: "Run", scores: str = "", behind: str = "", health: str = "") -> None:
        """Say how good the samples are, where to look, and what to try next."""
        folder = run.folder
        self.console.print(f"[bold]done[/bold] at step {run.step:,}")
        if scores:
            self._line("score", scores)
        if behind:
            self._line("", behind)
        if health:
            self._line("health", health)
        for place, line in enumerate(folder.guarded()):
            self._line("" if place else "guard", line)
        if best := folder.latest().values()["best"]:
            value, step = best
            kept = next((one.path for one in folder.checkpoints() if one.step == step), folder.path)
            self._line("best", f"{run.config['habits']['best']} {number(value)} at step {step:,}: {kept}")
        samples = bool(folder.samples())
        if samples:
            self._line("samples", str(folder.grid))
            self._line("over time", str(folder.animation))
        self._line("curves", str(folder.curves))
        longer = f"saddle resume {run.path} --steps {2 * run.step}"
        if samples:
            self._line("next", f"saddle evaluate {run.path}")
            self._line("", f"saddle sample {run.path} -n 100 --seed 1")
        self._line("" if samples else "next", longer)
        if folder.events():
            self._line("", f"tensorboard --logdir {run.path.parent}")

    def _line(self, name: str, text: str) -> None:
        self.console.print(f"  [dim]{name:<10}[/dim] {escape(text)}")


class _Display(Watcher):
    """Tells the expected time and memory once, as soon as the speed is known."""

    def __init__(self, console: Console, health: object = ""):
        self.console = console
        self.health = health
        self.row: dict[str, Any] = {}
        self.frechet: tuple[float, int, float] | None = None
        self.speed = _Speed()
        self.fraction = 0.0
        self.examples = ""
        self.told = False

    def working(self, what: str) -> Waiting:
        """Return what shows, in the middle of training, that something takes a moment."""
        return Waiting(self.console, what)

    def ticked(self, trainer: Trainer, row: dict[str, Any]) -> None:
        """Keep the newest statistics."""
        self.row = row
        if "frechet" in row:
            self.frechet = row["frechet"], row["step"], trainer.progress.fraction

    def stepped(self, trainer: Trainer) -> None:
        """Measure the speed; tell the time to finish once."""
        progress = trainer.progress
        self.fraction, self.examples = progress.fraction, trainer.batches.kind.many
        self.speed.add(progress.fraction, progress.images, trainer.seconds)
        if not self.told and self.speed.seconds >= WARM:
            self.told = True
            used = resident()
            memory = f"; {used / 2**20:,.0f} MB of memory in use" if used else ""
            self.console.print(
                f"  [dim]{'time':<10}[/dim] about {clock(self.speed.left)} to go at "
                f"{self.speed.images:,.0f} {self.examples}/s{memory}"
            )

    def replanned(self, trainer: Trainer, why: str) -> None:
        """Say so."""
        self.console.print(f"  [dim]{'plan':<10}[/dim] {why}")

    def status(self) -> str:
        """Return speed, time left, statistics and health in one line."""
        parts = [f"{self.speed.images:,.0f} {self.examples}/s", f"{clock(self.speed.left)} left"]
        parts += [f"{name.removesuffix('/adversarial')} {value:.3f}" for name, value in self._shown()]
        if self.frechet is not None and self.fraction - self.frechet[2] <= RECENT:
            parts.append(f"FD {number(self.frechet[0])} at step {self.frechet[1]:,}")
        if health := str(self.health):
            parts.append(health)
        return "  ".join(parts)

    def _shown(self) -> Iterator[tuple[str, float]]:
        hidden = {"seconds", "images_per_second", *meanings()}
        for name, value in self.row.items():
            if isinstance(value, float) and name not in hidden:
                yield name, value


class Bar(_Display):
    """A live progress bar."""

    def __init__(self, console: Console, health: object = ""):
        super().__init__(console, health)
        self.progress = _progress(console)
        self.task = self.progress.add_task("training", total=1.0, status="")
        self._drawn_at = 0.0

    def working(self, what: str) -> Waiting:
        """Return what shows so in a line of its own beside the bar."""
        return Waiting(self.console, what, self.progress)

    def __enter__(self) -> "Bar":
        self.progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.progress.stop()

    def stepped(self, trainer: Trainer) -> None:
        """Move the bar, a few times a second."""
        super().stepped(trainer)
        now = time.monotonic()
        fraction = trainer.progress.fraction
        if now - self._drawn_at > 0.1 or fraction >= 1:
            self._drawn_at = now
            self.progress.update(self.task, completed=fraction, status=self.status())


class Lines(_Display):
    """Plain lines, for logs."""

    def __init__(self, console: Console, health: object = ""):
        super().__init__(console, health)
        self._written_at = time.monotonic()

    def __enter__(self) -> "Lines":
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def ticked(self, trainer: Trainer, row: dict[str, Any]) -> None:
        """Write a line every few seconds, and the last one."""
        super().ticked(trainer, row)
        now = time.monotonic()
        if now - self._written_at > PLAIN_EVERY or trainer.progress.fraction >= 1:
            self._written_at = now
            self.console.print(f"  {trainer.progress.fraction:4.0%}  step {row['step']:,}  {self.status()}")


class _Speed:
    """Speed and time left, over a window of the last steps."""

    def __init__(self) -> None:
        self.start: tuple[float, float, int] | None = None
        self.seconds = self.images = self.left = 0.0

    def add(self, fraction: float, images: int, now: float) -> None:
        """Take in how far the run is after ``now`` seconds of training, in which scores take no time."""
        if self.start is None:
            self.start = (now, fraction, images)
            return
        begun, first_fraction, first_images = self.start
        self.seconds = now - begun
        if self.seconds > 0:
            self.images = (images - first_images) / self.seconds
            rate = (fraction - first_fraction) / self.seconds
            self.left = (1 - fraction) / rate if rate > 0 else 0.0


def _describe_data(prepared: Prepared) -> str:
    spec = prepared.spec
    classes = f", {len(spec.classes):,} classes: {shortened(spec.classes)}" if spec.classes else ""
    named = prepared.kind.one if spec.count == 1 else prepared.kind.many
    return f"{spec.count:,} training {named}{prepared.kind.words(spec)}{classes}"


def _memory(prepared: Prepared, plan: Plan) -> str:
    """Return what training needs: as it was measured, else what is sure to be needed."""
    if plan.memory is not None:
        return f"about {plan.memory / 2**20:,.0f} MB"
    weights = sum(p.numel() * p.element_size() for p in prepared.experiment.family.parameters())
    size = 4 * weights + prepared.data.train.array.nbytes
    return f"about {size / 2**20:,.0f} MB for data, weights and their moments"


def _duration(prepared: Prepared, plan: Plan, budget: Budget) -> str:
    """Return the expected time of the whole budget and the speed, in brackets; nothing where unknown."""
    if plan.step_seconds is None:
        return ""
    seconds = duration(prepared, plan.step_seconds, budget)
    time = "" if budget.unit == "minutes" else f"about {clock(seconds)}, "
    return f" ({time}{images_drawn(prepared.experiment) / plan.step_seconds:,.0f} {prepared.kind.many}/s)"


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("  {task.description}", markup=False),
        BarColumn(bar_width=20),
        TextColumn("{task.percentage:3.0f}%"),
        TextColumn("{task.fields[status]}"),
        console=console,
    )
